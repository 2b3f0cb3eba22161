using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Selecting;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>A press on a whole model: scores, what is kept, the rows of the cache and the logits that follow.</summary>
public sealed class PressKind : FolderKind
{
    /// <inheritdoc/>
    public override string Name => "press";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        NamedPress press = PressReader.Read(@case);
        var prompt = new PromptRun(@case, folder);
        int[] continuation = @case.Ints("continuation");
        PressCheck.Continuation(
            prompt.Transformer, prompt.Cache.Copy(), continuation, prompt.Ids.Length, @case.Tensor("full_logits"), "full_logits");
        JsonElement[] runs = @case.List("runs");
        if (@case.Optional("scores") is not null && press.Scorer is not null)
        {
            CheckScores(@case.Tensor("scores"), press, prompt, runs[0].Number("compression_ratio"), "scores");
        }

        foreach (JsonElement run in runs)
        {
            Run(run, press, prompt, continuation);
        }
    }

    private static void CheckScores(Tensor expected, NamedPress press, PromptRun prompt, double ratio, string what)
    {
        foreach (PressLayer layer in prompt.Layers)
        {
            PressCheck.LayerScores(expected.Matrix(layer.Index), layer, press.Scorer!, ratio, $"{what}[{layer.Index}]");
        }
    }

    private static void Run(JsonElement run, NamedPress named, PromptRun prompt, int[] continuation)
    {
        double ratio = run.Number("compression_ratio", 0);
        string what = $"ratio {ratio}";
        IPress press = named.Of(ratio);
        if (run.Optional("scores") is not null && named.Scorer is not null)
        {
            CheckScores(run.Tensor("scores"), named, prompt, ratio, $"{what}, scores");
        }

        PressOutcome[] outcomes = [.. prompt.Layers.Select(layer => press.Compress(layer, ratio))];
        bool ties = run.Flag("selection_has_ties", false);
        PressCheck.Kept(run, [.. outcomes.Select(outcome => outcome.Kept)], ties, what);
        if (ties)
        {
            int[][][] kept = PressCheck.KeptRows(run);
            outcomes = [.. prompt.Layers.Zip(kept, PressOutcome.Of)];
        }

        CheckRows(run, outcomes, what);
        Extras(run, press, prompt, ratio, what);
        int first = outcomes[0].Renumbered ? outcomes[0].Kept[0].Length : prompt.Ids.Length;
        Expect.Equal(run.Int("first_decode_position"), first, $"{what}, first_decode_position");
        PressCache cache = prompt.Cache.Copy();
        foreach ((int layer, PressOutcome outcome) in outcomes.Index())
        {
            cache.Apply(layer, outcome);
        }

        PressCheck.Continuation(prompt.Transformer, cache, continuation, first, run.Tensor("logits"), $"{what}, logits");
    }

    private static void CheckRows(JsonElement run, PressOutcome[] outcomes, string what)
    {
        if (run.Optional("k_sum") is not null)
        {
            PressCheck.Rows(run.Tensor("k_sum"), [.. outcomes.SelectMany(outcome => Sums(outcome.Keys))], $"{what}, k_sum");
            PressCheck.Rows(run.Tensor("v_sum"), [.. outcomes.SelectMany(outcome => Sums(outcome.Values))], $"{what}, v_sum");
        }

        if (run.Optional("cache") is { } cache)
        {
            PressOutcome outcome = outcomes[cache.Int("layer")];
            PressCheck.Rows(cache.Tensor("k"), Ascending(outcome.Keys, outcome.Kept), $"{what}, cache.k");
            PressCheck.Rows(cache.Tensor("v"), Ascending(outcome.Values, outcome.Kept), $"{what}, cache.v");
        }
    }

    private static void Extras(JsonElement run, IPress press, PromptRun prompt, double ratio, string what)
    {
        if (run.Optional("chunk_scores") is not null && press is ChunkKvPress chunks)
        {
            PressCheck.Scores(run.Tensor("chunk_scores").Doubles(),
                [.. prompt.Layers.SelectMany(layer => chunks.ChunkScores(layer, ratio))], null, $"{what}, chunk_scores");
        }

        if (run.Optional("head_budgets") is { } budgets && press is CriticalAdaPress critical)
        {
            foreach ((int layer, JsonElement expected) in budgets.AsList("head_budgets").Index())
            {
                Expect.Equal<int>(expected.AsInts("head_budgets"), critical.HeadBudgets(prompt.Layers[layer], ratio),
                    $"{what}, head_budgets[{layer}]");
            }
        }

        if (run.Optional("channel_scores") is not null && press is ChannelPress channels)
        {
            PressCheck.Scores(run.Tensor("channel_scores").Doubles(),
                PressCheck.Flat([.. prompt.Layers.Select(channels.Scores)]), null, $"{what}, channel_scores");
            int[] expected = run.IndexTensor("dropped_channels").Values,
                actual = [.. prompt.Layers.SelectMany(layer => channels.Dropped(layer).SelectMany(x => x))];
            int each = channels.Dropped(prompt.Layers[0])[0].Length;
            Expect.Equal(expected.Length, actual.Length, $"{what}, dropped_channels, length");
            for (int i = 0; i < expected.Length; i += each)
            {
                Expect.SameSet(expected.AsSpan(i, each), actual.AsSpan(i, each), $"{what}, dropped_channels from {i} on");
            }
        }

        if (run.Optional("lazy_value") is not null && press is LazyLayerPress lazy)
        {
            double[] expected = run.Numbers("lazy_value");
            for (int layer = 0; layer < expected.Length; layer++)
            {
                if (!double.IsNaN(expected[layer]))
                {
                    Expect.Close(expected[layer], lazy.Laziness(prompt.Layers[layer]), 2e-4, 1e-6, $"{what}, lazy_value[{layer}]");
                }
            }
        }
    }

    private static IEnumerable<double> Sums(double[][][] heads) => heads.SelectMany(head
        => Enumerable.Range(0, head[0].Length).Select(i => head.Sum(row => row[i])));

    private static double[] Ascending(double[][][] heads, int[][] kept)
        => [.. heads.SelectMany((head, h) => head.Select((row, i) => (row, kept[h][i]))
            .OrderBy(pair => pair.Item2).SelectMany(pair => pair.row))];
}
