using KvCompose.Benchmarks.Pipelines;
using KvCompose.Models;

namespace KvCompose.Benchmarks.Quick;

/// <summary>
/// The figures of the group <c>fastkv</c>: propagation of a fifth of the prompt from half depth and retention of a tenth, beside the full
/// cache, on the embedded model with two threads.
/// </summary>
internal static class FastKvFigures
{
    private const int Threads = 2;
    private const int Layer = 2;
    private const double PropagationRate = 0.2;
    private const int Middle = 8192;
    private const int Longest = 16_384;

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        using LanguageModel model = EmbeddedModel.WithContext(Longest + 256, Threads);
        double middle = FirstTokenSpeedup(model, Middle), longest = FirstTokenSpeedup(model, Longest);
        yield return ("ttftSpeedup8K", middle);
        yield return ("ttftSpeedup16K", longest);
        yield return ("ttftBound8K", Bound(model, Middle));
        yield return ("ttftBound16K", Bound(model, Longest));
        yield return ("ttftShareOfBound", Math.Min(middle / Bound(model, Middle), longest / Bound(model, Longest)));
        yield return ("stepSpeedup8K", StepSpeedup(model));
    }

    /// <summary>Time to the first token's logits with the full cache, over that with FastKV.</summary>
    private static double FirstTokenSpeedup(LanguageModel model, int tokens)
    {
        using var full = Full32.Open(model);
        using var fast = Fast32.Open(model);
        int[] prompt = Prompt(tokens, model.Shape.Vocabulary);
        return Timing.MedianRatio(() => full.Prefill(prompt), () => fast.Prefill(prompt), rounds: 5, warmups: 2);
    }

    /// <summary>What the counted multiply-adds allow: those of the full cache over those of FastKV.</summary>
    private static double Bound(LanguageModel model, int tokens)
    {
        var arithmetic = new PrefillArithmetic(model);
        return arithmetic.Full(tokens) / arithmetic.Propagating(tokens, (int)(tokens * PropagationRate), Layer);
    }

    private static double StepSpeedup(LanguageModel model)
    {
        using var full = Full32.Open(model);
        using var fast = Fast32.Open(model);
        int[] prompt = Prompt(Middle, model.Shape.Vocabulary), token = [1];
        full.Prefill(prompt);
        fast.Prefill(prompt);
        return Timing.MedianRatio(() => full.Step(token), () => fast.Step(token), rounds: 60, warmups: 40);
    }

    private static int[] Prompt(int tokens, int vocabulary)
    {
        var random = new Random(tokens);
        return [.. Enumerable.Range(0, tokens).Select(_ => random.Next(vocabulary))];
    }
}
