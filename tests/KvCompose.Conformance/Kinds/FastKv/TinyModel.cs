using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>Reads the tiny model of an end-to-end case.</summary>
internal static class TinyModel
{
    /// <summary>The model's dimensions.</summary>
    public static PlainModel Shape(JsonElement model) => new(
        model.Int("layers"),
        model.Int("hidden"),
        model.Int("intermediate"),
        new HeadLayout(model.Int("Hq"), model.Int("Hkv"), model.Int("head_dim")),
        model.Int("vocab"),
        model.Number("rope_theta", 10000),
        model.Number("rms_eps", 1e-5));

    /// <summary>The generated weights by name; a weight is its generated value plus <c>add</c>.</summary>
    public static IReadOnlyDictionary<string, double[]> Weights(JsonElement @case)
    {
        var weights = new Dictionary<string, double[]>();
        foreach (JsonElement weight in @case.List("weights"))
        {
            string name = weight.Text("name");
            float add = (float)weight.Number("add", 0);
            weights[name] = [.. TensorReader.ReadGenerated(weight, name).Data.Select(value => (double)(value + add))];
        }

        return weights;
    }
}
