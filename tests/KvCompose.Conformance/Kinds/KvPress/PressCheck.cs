using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Presses;
using KvCompose.Reference.Presses.Scoring;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>Comparisons with the tolerances that the README of these vectors names.</summary>
internal static class PressCheck
{
    private const double Always = 1e38, LogitTolerance = 5e-4, RowTolerance = 2e-4, RankShare = 0.02;

    /// <summary>What a scorer makes of a layer, [H][n].</summary>
    public static void LayerScores(double[][] expected, PressLayer layer, IPressScorer scorer, double ratio, string what)
    {
        double[][] scores = scorer is CriticalScore critical
            ? CriticalTies.Settled(critical, layer, ratio, expected)
            : scorer.Score(layer, ratio);
        Scores([.. expected.SelectMany(head => head)], [.. scores.SelectMany(head => head)], scorer, what);
    }

    /// <summary>Scores: |Δ| ≤ 2e-4·|x| + 1e-4·median|x|; the ranks of LagKV may swap with a neighbour on 2 % of the rows.</summary>
    public static void Scores(double[] expected, double[] actual, IPressScorer? scorer, string what)
    {
        Expect.Equal(expected.Length, actual.Length, $"{what}, length");
        double[] magnitudes = [.. expected.Where(x => Math.Abs(x) < Always).Select(Math.Abs).Order()];
        double median = magnitudes.Length == 0 ? 0 : magnitudes[(magnitudes.Length - 1) / 2];
        double step = scorer is LagKvScore { CrossScoring: false } lag ? 1.0 / lag.Lag : 0;
        int swapped = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (Math.Abs(expected[i]) >= Always)
            {
                Expect.True(actual[i] >= Always, $"{what}[{i}]: expected 'always', got {actual[i]:R}");
                continue;
            }

            double difference = Math.Abs(expected[i] - actual[i]), tolerance = 2e-4 * Math.Abs(expected[i]) + 1e-4 * median;
            if (step > 0 && difference > tolerance && difference <= step * 1.001)
            {
                swapped++;
                continue;
            }

            Expect.True(difference <= tolerance, $"{what}[{i}]: expected {expected[i]:R}, got {actual[i]:R}");
        }

        Expect.True(swapped <= RankShare * expected.Length, $"{what}: {swapped} of {expected.Length} ranks differ");
    }

    /// <summary>Logits of the tokens that are fed one by one.</summary>
    public static void Continuation(
        PressTransformer transformer, PressCache cache, int[] tokens, int firstPosition, Tensor expected, string what)
    {
        for (int t = 0; t < tokens.Length; t++)
        {
            Logits(expected, t, transformer.Run([tokens[t]], firstPosition + t, cache)[0], what);
        }
    }

    /// <summary>One row of logits.</summary>
    public static void Logits(Tensor expected, int row, double[] actual, string what)
        => Expect.Close(expected.Doubles(row), actual, 0, LogitTolerance, $"{what}[{row}]");

    /// <summary>Values within 2e-4 of the largest magnitude.</summary>
    public static void Rows(Tensor expected, double[] actual, string what)
        => Expect.CloseToRowMaximum(expected.Doubles(), actual, RowTolerance, what);

    /// <summary>Counts [L][H] and the flat list of kept rows, layer by layer, head by head.</summary>
    public static void Kept(JsonElement expected, int[][][] actual, bool ties, string what)
    {
        int[][][] wanted = KeptRows(expected);
        Expect.Equal(wanted.Length, actual.Length, $"{what}, layers");
        for (int layer = 0; layer < wanted.Length; layer++)
        {
            for (int head = 0; head < wanted[layer].Length; head++)
            {
                string where = $"{what}, layer {layer}, head {head}";
                Expect.Equal(wanted[layer][head].Length, actual[layer][head].Length, $"{where}, rows kept");
                if (!ties)
                {
                    Expect.SameSet(wanted[layer][head], actual[layer][head], where);
                }
            }
        }
    }

    /// <summary>The expected kept rows [L][H].</summary>
    public static int[][][] KeptRows(JsonElement expected)
    {
        int[] flat = expected.IndexTensor("kept").Values;
        int next = 0;
        return [.. expected.List("counts").Select(layer => layer.AsInts("counts").Select(count => flat[next..(next += count)]).ToArray())];
    }

    /// <summary>All numbers of nested arrays, first index slowest.</summary>
    public static double[] Flat(double[][][] values) => [.. values.SelectMany(layer => layer.SelectMany(head => head))];
}
