using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>HeadKV: per-head capacities from a table, and the selection in some layers on the same tensors.</summary>
public sealed class HeadKvKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "headkv.layers";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params"), expected = @case.Field("expected");
        HeadLayout layout = CaseParameters.Layout(@case);
        int capacity = parameters.Int("capacity"), window = parameters.Int("window");
        int[][] capacities = Reference.HeadKv.Capacities(
            Table(@case, layout.QueryHeads), capacity, window, parameters.Number("beta"), parameters.Number("temp", 1));
        JsonElement[] rows = expected.List("head_capacity_without_window");
        Expect.Equal(rows.Length, capacities.Length, "head_capacity_without_window, layers");
        for (int layer = 0; layer < rows.Length; layer++)
        {
            Expect.Equal<int>(rows[layer].AsInts("capacity"), capacities[layer], $"head_capacity_without_window of layer {layer}");
        }

        Tensor keys = CaseParameters.Keys(@case), queries = CaseParameters.Queries(@case, "q_window", window);
        bool shared = CaseParameters.Reduction(parameters) is not null;
        LayerCheck.Run(expected, layer => Reference.HeadKv.Select(
            layout, queries.Slice(0), keys.Slice(0), CaseParameters.Scoring(parameters), capacity, OfSelectingHeads(layer)));
        int[] OfSelectingHeads(int layer) => shared
            ? Reference.HeadKv.KeyValueHeadCapacities(layout, capacities[layer], GroupReduction.Mean)
            : capacities[layer];
    }

    private static double[][] Table(JsonElement @case, int queryHeads)
    {
        JsonElement scores = @case.Field("inputs").Field("head_scores");
        var table = new double[@case.Field("shape").Int("L")][];
        for (int layer = 0; layer < table.Length; layer++)
        {
            table[layer] = [.. Enumerable.Range(0, queryHeads).Select(head => scores.Numbers($"{layer}-{head}").Average())];
        }

        return table;
    }
}
