using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>PyramidKV: the budgets of all layers, and the selection in some of them on the same tensors.</summary>
public sealed class PyramidKvKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "pyramidkv.layers";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params"), expected = @case.Field("expected");
        HeadLayout layout = CaseParameters.Layout(@case);
        Tensor keys = CaseParameters.Keys(@case), queries = CaseParameters.Queries(@case, "q_window", parameters.Int("window"));
        int[] Capacities() => Reference.PyramidKv.Capacities(
            CaseParameters.Tokens(@case),
            @case.Field("shape").Int("L"),
            CaseParameters.Retention(parameters).Of(CaseParameters.Tokens(@case)),
            parameters.Int("window"),
            parameters.Int("beta", 20));
        TokenSelection Select(int layer) => Reference.SnapKv.Select(
            layout, queries.Slice(0), keys.Slice(0), CaseParameters.Scoring(parameters), Capacities()[layer]);
        if (expected.Optional("error") is not null)
        {
            ReferenceError.KeepsTheProtected(() => Select(0), CaseParameters.Tokens(@case), 0, parameters.Int("window"));
            return;
        }

        Expect.Equal<int>(expected.Ints("cache_len_per_layer"), Capacities(), "cache_len_per_layer");
        LayerCheck.Run(expected, layer => Select(layer));
    }
}
