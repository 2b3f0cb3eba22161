using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>A run of a decode file from the prompt to its last step.</summary>
internal sealed class DecodeTrace
{
    private readonly Tensor queries, keys, values;
    private readonly int steps;

    /// <summary>Runs the prompt.</summary>
    public DecodeTrace(JsonElement @case, RunInputs inputs, PublishedDefects defects)
    {
        JsonElement config = @case.Field("config"), given = @case.Field("inputs");
        int layers = config.Int("L"), heads = config.Int("Hkv");
        steps = config.Int("steps");
        queries = given.Tensor("q_dec").MustBe("q_dec", steps, layers, config.Int("Hq"), inputs.HeadDim);
        keys = given.Tensor("k_dec").MustBe("k_dec", steps, layers, heads, inputs.HeadDim);
        values = given.Tensor("v_dec").MustBe("v_dec", steps, layers, heads, inputs.HeadDim);
        Layers = [.. Enumerable.Range(0, layers).Select(layer =>
            new HeteroLayer(inputs.Settings(defects), inputs.Profile, layer, inputs.Prompt(layer)))];
    }

    /// <summary>The layers in their present state.</summary>
    public IReadOnlyList<HeteroLayer> Layers { get; }

    /// <summary>Every look at a star, in order of step, layer and star.</summary>
    public List<(int Layer, DriftCheck Check)> Events { get; } = [];

    /// <summary>Attention outputs, [step, layer, query head, headDim].</summary>
    public List<float> Outputs { get; } = [];

    /// <summary>Decodes all steps.</summary>
    public void Decode()
    {
        for (int step = 0; step < steps; step++)
        {
            for (int layer = 0; layer < Layers.Count; layer++)
            {
                (float[] output, IReadOnlyList<DriftCheck> checks) = Layers[layer].Decode(
                    queries.Slice(step, layer).ToArray(), keys.Slice(step, layer).ToArray(), values.Slice(step, layer).ToArray());
                Outputs.AddRange(output);
                Events.AddRange(checks.Select(check => (layer, check)));
            }
        }
    }
}
