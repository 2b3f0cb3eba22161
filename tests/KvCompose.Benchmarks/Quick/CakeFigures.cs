using KvCompose.Benchmarks.Pipelines;
using KvCompose.Models;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>The figures of the group <c>cake</c>: CAKE with C = 1024 beside the full cache at 32K tokens, in the shape of the embedded model.</summary>
internal static class CakeFigures
{
    private const int Depth = 32_768;
    private const int Capacity = 1024;
    private const int Threads = 2;

    /// <summary>A prompt that fills CAKE's budget; what a step costs afterwards does not depend on how long it was.</summary>
    private const int FillingPrompt = 2048;

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        using (var workers = new WorkerPool(Threads))
        {
            yield return ("attentionSpeedup32K", StepSpeedup(AttentionOnly(workers, layers: 6)));
        }

        using (LanguageModel model = EmbeddedModel.WithContext(Depth + 4096, Threads))
        {
            yield return ("stepSpeedup32K", StepSpeedup(model));
            yield return ("prefillOverhead", PrefillOverhead());
            yield return ("peakOverBound", PeakOverBound(model));
        }
    }

    /// <summary>Time of a step over the full cache, over that of a step with CAKE's cache, its eviction included.</summary>
    private static double StepSpeedup<TTransformer>(ITransformerSource<TTransformer> model)
        where TTransformer : struct, ITransformer
    {
        using var full = Full32.Open(model);
        using var cake = Cake32.Open(model);
        full.FillRandom(Depth);
        cake.Prefill(Prompt(FillingPrompt, model.Transformer.Shape.Vocabulary));
        int[] token = [1];
        return Timing.MedianRatio(() => full.Step(token), () => cake.Step(token), rounds: 60, warmups: 40);
    }

    /// <summary>
    /// Prefill with observation, ledger and cascade over prefill with a choice by position, minus 1. The layers are attention alone: a
    /// model's other work would make the share smaller.
    /// </summary>
    private static double PrefillOverhead()
    {
        using var workers = new WorkerPool(Threads);
        AttentionOnlyModel model = AttentionOnly(workers, layers: 2);
        using var cake = Cake32.Open(model);
        using var streaming = Streaming32.Open(model);
        for (int warmup = 0; warmup < 4; warmup++)
        {
            cake.Prefill(new int[FillingPrompt]);
            streaming.Prefill(new int[FillingPrompt]);
        }

        var prompt = new int[Depth];
        return Timing.MedianRatio(() => cake.Prefill(prompt), () => streaming.Prefill(prompt), rounds: 3, warmups: 0) - 1;
    }

    /// <summary>
    /// Places for tokens in the pages held at once, under one key-value head, over C·L + n: the worst of several prompts and budgets. Pages
    /// count whole, so that each of the L tables may add a page less a token to C·L; that fits into n here, where n &gt; L·(P − 1).
    /// </summary>
    private static double PeakOverBound(LanguageModel model)
    {
        double worst = 0;
        foreach (int capacity in (int[])[512, Capacity])
        {
            foreach (int tokens in (int[])[capacity + 1, 2 * capacity, 8 * capacity])
            {
                using var session = Cake32.Open(model, new Cake32.Options { LayerBudget = new CakeBudget { Tokens = capacity } });
                session.Prefill(Prompt(tokens, model.Shape.Vocabulary));
                double places = (double)session.Usage.PeakBytes / Cake32.Plan.PageBytes * Cake32.Plan.PageTokens / model.Shape.KeyValueHeads;
                worst = Math.Max(worst, places / ((capacity * model.Shape.Layers) + tokens));
            }
        }

        return worst;
    }

    private static AttentionOnlyModel AttentionOnly(WorkerPool workers, int layers)
        => new(new TransformerShape(layers, 8, 4, 32, 16, 16, Depth + 4096), workers);

    private static int[] Prompt(int tokens, int vocabulary)
    {
        var random = new Random(tokens);
        return [.. Enumerable.Range(0, tokens).Select(_ => random.Next(vocabulary))];
    }
}
