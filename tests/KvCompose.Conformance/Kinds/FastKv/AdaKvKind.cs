using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>AdaKV in one layer: lengths of the heads and what each of them keeps.</summary>
public sealed class AdaKvKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "adakv.layer";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params"), expected = @case.Field("expected");
        int window = parameters.Int("window"), tokens = CaseParameters.Tokens(@case);
        Tensor keys = CaseParameters.Keys(@case), queries = CaseParameters.Queries(@case, "q_window", window);
        int average = Average(@case, parameters, tokens, window);
        TokenSelection Select() => Reference.AdaKv.Select(
            CaseParameters.Layout(@case),
            queries.Slice(0),
            keys.Slice(0),
            CaseParameters.Scoring(parameters),
            average,
            parameters.Number("floor"),
            parameters.Flag("normalize", false));
        if (expected.Optional("error") is not null)
        {
            ReferenceError.KeepsTheProtected(Select, tokens, 0, window);
            return;
        }

        TokenSelection selection = Select();
        Expect.Equal(expected.Flag("compressed", true), selection.Compressed, "compressed");
        Expect.Equal(expected.Int("base_capacity_minus_window", average), average, "base_capacity_minus_window");
        int floor = (int)(average * parameters.Number("floor"));
        Expect.Equal(expected.Int("floor_capacity", floor), floor, "floor_capacity");
        if (expected.Optional("scores") is not null)
        {
            SelectionCheck.Scores(expected.Tensor("scores"), 0, selection.Scores, "scores");
        }

        Heads(expected, selection, tokens - window);
        if (selection.Compressed && Selection.Loose(expected.Optional("global_cut")).Count == 0)
        {
            int sum = selection.Kept.Sum(kept => kept.Length - window);
            Expect.Equal(expected.Int("sum_head_capacity", sum), sum, "sum_head_capacity");
        }
    }

    private static void Heads(JsonElement expected, TokenSelection selection, int scored)
    {
        int[] lengths = expected.Ints("head_lens");
        Expect.Equal(lengths.Length, selection.Kept.Length, "head_lens, heads");
        HashSet<int> tied = Selection.Loose(expected.Optional("global_cut"));
        JsonElement? cuts = SelectionCheck.Row(expected.Optional("cut"), 0, "cut");
        for (int head = 0; head < lengths.Length; head++)
        {
            int[] kept = selection.Kept[head];
            int play = TiesWithOtherHeads(tied, head, scored);
            Expect.True(
                Math.Abs(lengths[head] - kept.Length) <= play, $"head_lens[{head}]: expected {lengths[head]}, got {kept.Length}");
            if (!selection.Compressed)
            {
                continue;
            }

            int[] positions = SelectionCheck.Row(expected.Field("indices"), head, "indices").AsInts("indices");
            JsonElement? cut = SelectionCheck.Row(cuts, head, "cut");
            SelectionCheck.Cut(cut, selection.Scores?[head], $"cut of head {head}");
            HashSet<int> loose = Selection.Loose(cut);
            if (positions.Length == kept.Length)
            {
                Selection.Same(positions, kept, loose, $"indices of head {head}");
                continue;
            }

            (int[] fewer, int[] more) = positions.Length < kept.Length ? (positions, kept) : (kept, positions);
            Expect.True(fewer.Except(more).All(loose.Contains), $"indices of head {head}: the longer set does not hold the shorter one");
        }
    }

    /// <summary>By how much a head's length may differ because equal scores of several heads straddle the common cut.</summary>
    private static int TiesWithOtherHeads(HashSet<int> tied, int head, int scored)
    {
        int own = tied.Count(index => index / scored == head);
        return own == tied.Count ? 0 : own;
    }

    private static int Average(JsonElement @case, JsonElement parameters, int tokens, int window)
    {
        int capacity = parameters.Int("capacity");
        return parameters.Flag("pyramid", false) && tokens >= capacity
            ? Reference.PyramidKv.Capacities(
                tokens, parameters.Int("L", @case.Field("shape").Int("L", 1)), capacity, window, parameters.Int("beta", 20))
                [parameters.Int("layer", 0)] - window
            : capacity - window;
    }
}
