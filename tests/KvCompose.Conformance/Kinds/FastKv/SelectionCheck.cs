using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>Compares a layer's selection with the fields that the selectors' cases share.</summary>
internal static class SelectionCheck
{
    /// <summary>Scores of the vectors are float32 sums; relative to the row's maximum.</summary>
    public const double ScoreTolerance = 1e-5;

    /// <summary>A case whose <c>expected</c> has <c>compressed, cache_len, indices, scores, cut</c>, all with a batch axis.</summary>
    /// <param name="case">The case.</param>
    /// <param name="sinks">Tokens at the start that are always kept.</param>
    /// <param name="window">Tokens at the end that are always kept.</param>
    /// <param name="select">Runs the reference on one batch row.</param>
    public static void Batched(JsonElement @case, int sinks, int window, Func<int, TokenSelection> select)
    {
        JsonElement expected = @case.Field("expected");
        for (int row = 0; row < CaseParameters.Batch(@case); row++)
        {
            if (expected.Optional("error") is not null)
            {
                ReferenceError.KeepsTheProtected(() => select(row), CaseParameters.Tokens(@case), sinks, window);
                continue;
            }

            TokenSelection selection = select(row);
            Expect.Equal(expected.Flag("compressed", true), selection.Compressed, "compressed");
            int length = expected.Int("cache_len");
            Array.ForEach(selection.Kept, kept => Expect.Equal(length, kept.Length, "cache_len"));
            if (selection.Compressed)
            {
                Heads(Row(expected.Field("indices"), row, "indices"), Row(expected.Optional("cut"), row, "cut"), selection, "indices");
            }

            if (expected.Optional("scores") is not null)
            {
                Scores(expected.Tensor("scores"), row, selection.Scores, "scores");
            }
        }
    }

    /// <summary>Kept positions [heads] against <c>indices</c> [heads] under the heads' cuts.</summary>
    public static void Heads(JsonElement indices, JsonElement? cuts, TokenSelection selection, string what)
    {
        JsonElement[] expected = indices.AsList(what);
        Expect.Equal(expected.Length, selection.Kept.Length, $"{what}, heads");
        for (int head = 0; head < expected.Length; head++)
        {
            JsonElement? cut = Row(cuts, head, "cut");
            Cut(cut, selection.Scores?[head], $"cut of {what}, head {head}");
            Selection.Same(expected[head].AsInts(what), selection.Kept[head], Selection.Loose(cut), $"{what} of head {head}");
        }
    }

    /// <summary>The score at rank <c>k</c> against the cut record's <c>cut</c>.</summary>
    public static void Cut(JsonElement? record, double[]? scores, string what)
    {
        if (record?.Optional("cut") is not { } cut || scores is null)
        {
            return;
        }

        int rank = record.Value.Int("k");
        Expect.True(rank >= 1 && rank <= scores.Length, $"{what}: there is no rank {rank} among {scores.Length} scores");
        double tolerance = ScoreTolerance * scores.Max(Math.Abs);
        Expect.Close(cut.AsNumber("cut"), scores[Ranking.Top(scores, rank)[^1]], 0, tolerance, what);
    }

    /// <summary>Scores [heads][tokens] against a tensor [B,heads,tokens].</summary>
    public static void Scores(Tensor expected, int row, double[][]? scores, string what)
    {
        Expect.True(scores is not null, $"{what}: expected, but nothing was scored");
        Expect.Equal(expected.Shape.Length > 1 ? expected.Shape[1] : -1, scores!.Length, $"{what}, heads");
        for (int head = 0; head < scores.Length; head++)
        {
            Expect.CloseToRowMaximum(expected.Doubles(row, head), scores[head], ScoreTolerance, $"{what} of head {head}");
        }
    }

    /// <summary>Element <paramref name="index"/> of an optional array.</summary>
    public static JsonElement? Row(JsonElement? list, int index, string what) => list is { } present ? Row(present, index, what) : null;

    /// <summary>Element <paramref name="index"/> of an array.</summary>
    public static JsonElement Row(JsonElement list, int index, string what)
    {
        JsonElement[] rows = list.AsList(what);
        return index < rows.Length ? rows[index] : throw new VectorFormatException($"'{what}' has no row {index}");
    }
}
