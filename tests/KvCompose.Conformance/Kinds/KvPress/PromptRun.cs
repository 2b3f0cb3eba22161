using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Presses;

namespace KvCompose.Conformance.Kinds.KvPress;

/// <summary>A case's prompt, run once: the full cache and what a press sees of each layer.</summary>
internal sealed class PromptRun
{
    public PromptRun(JsonElement @case, string folder)
    {
        Transformer = new PressTransformer(ModelFolder.Find(@case.Text("model"), folder));
        Ids = Tokens(@case.Field("ids"));
        Cache = new PressCache(Transformer.Model);
        Tensor? sketch = @case.Optional("sketch") is { } s ? TensorReader.Read(s, "sketch") : null;
        Tensor? projection = @case.Optional("projection") is { } p ? TensorReader.Read(p, "projection") : null;
        var layers = new List<PressLayer>();
        Transformer.Run(Ids, 0, Cache, layer => layers.Add(layer with
        {
            Sketch = sketch?.Matrices(layer.Index),
            Projection = projection?.Matrix(layer.Index),
        }));
        Layers = layers;
    }

    public PressTransformer Transformer { get; }

    public int[] Ids { get; }

    public PressCache Cache { get; }

    public IReadOnlyList<PressLayer> Layers { get; }

    /// <summary>A copy of the full cache with these rows of every layer.</summary>
    public PressCache Reduced(int[][][] kept)
    {
        PressCache cache = Cache.Copy();
        for (int layer = 0; layer < kept.Length; layer++)
        {
            cache.Apply(layer, PressOutcome.Of(Layers[layer], kept[layer]));
        }

        return cache;
    }

    private static int[] Tokens(JsonElement ids)
    {
        JsonElement[] list = ids.AsList("ids");
        if (list.Length == 0 || list[0].ValueKind == JsonValueKind.Number)
        {
            return ids.AsInts("ids");
        }

        return list.Length == 1 ? list[0].AsInts("ids") : throw new VectorFormatException("'ids' holds more than one prompt");
    }
}
