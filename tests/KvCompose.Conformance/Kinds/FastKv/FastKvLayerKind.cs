using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;
using Method = KvCompose.Reference.FastKv;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>FastKV in one layer: scores, what every key-value head keeps, and what goes on.</summary>
public sealed class FastKvLayerKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "fastkv.layer";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params"), expected = @case.Field("expected");
        HeadLayout layout = CaseParameters.Layout(@case);
        int tokens = CaseParameters.Tokens(@case), window = parameters.Int("window");
        Tensor keys = CaseParameters.Keys(@case), queries = CaseParameters.Queries(@case, "q_window", window);
        FastKvPlan Plan() => FastKvPlans.Read(parameters, parameters.Flag("tsp_layer", false) ? 0 : null);
        FastKvLayer Select(int row) => new Method(layout, Plan(), tokens).Select(0, queries.Slice(row), keys.Slice(row));

        for (int row = 0; row < CaseParameters.Batch(@case); row++)
        {
            if (expected.Optional("error") is not null)
            {
                FastKvOutcome.CheckError(() => Select(row), window, () => Plan().Points.FirstOrDefault()?.Budget);
                continue;
            }

            FastKvLayer layer = Select(row);
            FastKvOutcome.Check(expected, layer, [.. Enumerable.Range(0, tokens)]);
            Selected(expected, layer, row);
            Propagated(expected, layer, row);
        }
    }

    private static void Selected(JsonElement expected, FastKvLayer layer, int row)
    {
        if (layer.Selection.Compressed)
        {
            SelectionCheck.Heads(
                SelectionCheck.Row(expected.Field("kv_indices"), row, "kv_indices"),
                SelectionCheck.Row(expected.Optional("kv_cut"), row, "kv_cut"),
                layer.Selection,
                "kv_indices");
        }

        if (expected.Optional("kv_scores") is not null)
        {
            SelectionCheck.Scores(expected.Tensor("kv_scores"), row, layer.Selection.Scores, "kv_scores");
        }
    }

    private static void Propagated(JsonElement expected, FastKvLayer layer, int row)
    {
        if (expected.Optional("tsp_indices") is not { } indices)
        {
            Expect.True(layer.Propagated is null, "tokens were cut, none were expected to be");
            return;
        }

        Expect.True(layer.Propagated is not null, "no token was cut, tsp_indices expects a cut");
        int[] propagated = layer.Propagated!;
        SelectionCheck.Cut(CutOf(expected.Optional("tsp_cut"), row), layer.PropagationScores, "tsp_cut");
        Selection.Same(
            SelectionCheck.Row(indices, row, "tsp_indices").AsInts("tsp_indices"),
            propagated,
            Selection.Loose(CutOf(expected.Optional("tsp_cut"), row)),
            "tsp_indices");
        Expect.True(propagated.SequenceEqual(propagated.Order()), "tsp_indices are not ascending");
        if (expected.Optional("tsp_scores") is not null)
        {
            Expect.CloseToRowMaximum(
                expected.Tensor("tsp_scores").Doubles(row), layer.PropagationScores, SelectionCheck.ScoreTolerance, "tsp_scores");
        }
    }

    private static JsonElement? CutOf(JsonElement? cut, int row) =>
        cut is { ValueKind: JsonValueKind.Array } ? SelectionCheck.Row(cut, row, "tsp_cut") : cut;
}
