using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.DropKv;
using KvCompose.Reference.Presses;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>DropKV's scores and choice in one layer.</summary>
public sealed class DropKvKind() : SecondRowKind("dropkv.layer")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        var layer = new DropKvLayer(
            @case.Tensor("queries").Matrices(),
            @case.Tensor("keys").Matrices(),
            @case.Tensor("values").Matrices(),
            @case.Int("window"),
            @case.Int("kernel"),
            @case.Number("epsilon", 1e-6));
        Expect.Equal(@case.Int("effective_window", layer.Window), layer.Window, "effective_window");
        Row2.Close(@case, "output", Row2.Flat(layer.Outputs));
        Row2.Close(@case, "raw", Row2.Flat(layer.Raw));
        Row2.Close(@case, "score", Row2.Flat(layer.Scores));
        int kept = KeptCount.Of(@case.Int("n"), @case.Number("ratio_removed"));
        Expect.Equal(@case.Int("kept_count", kept), kept, "kept_count");
        if (@case.Optional("kept") is { } expected)
        {
            Row2.Sets(expected, layer.Select(kept), "kept");
        }
    }
}
