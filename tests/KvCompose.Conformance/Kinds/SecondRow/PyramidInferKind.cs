using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.PyramidInfer;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>PyramidInfer's prompt: which positions reach each layer.</summary>
public sealed class PyramidInferKind() : SecondRowKind("pyramidinfer.layers")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        var settings = new PyramidInferSettings(
            @case.Number("recent_share"),
            @case.Number("decay"),
            @case.Text("schedule") switch
            {
                "cosine" => PyramidSchedule.Cosine,
                "linear" => PyramidSchedule.Linear,
                var other => throw new VectorFormatException($"there is no schedule '{other}'"),
            },
            @case.Int("min_context"),
            @case.Int("sinks"),
            @case.Number("distance_weight"),
            @case.Int("every"));
        int n = @case.Int("n"), layers = @case.Int("layers");
        Expect.Equal(@case.Int("recent"), settings.Recent(n), "recent");
        Expect.Equal(@case.Int("effective_min_context"), settings.EffectiveLeast(n), "effective_min_context");
        Row2.Close(@case.Numbers("ratios"), [.. Enumerable.Range(0, layers).Select(layer => settings.Ratio(layer, layers))], "ratios");
        double[][][][] queries = @case.Tensor("queries_last_rows").Layers(), keys = @case.Tensor("keys").Layers();
        var state = new PyramidInferLayers(settings, n, layers);
        JsonElement[] positions = @case.List("positions"), scores = @case.List("scores");
        for (int layer = 0; layer < layers; layer++)
        {
            Expect.Equal<int>(positions[layer].AsInts("positions"), state.Present, $"positions[{layer}]");
            Row2.Close(TensorReader.Read(scores[layer], "scores").Doubles(), state.Layer(layer, queries[layer], keys[layer]),
                $"scores[{layer}]");
        }
    }
}
