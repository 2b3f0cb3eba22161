namespace KvCompose.Models.Networks.Families;

/// <summary>Llama 1 to 3.x, and what is published as such, SmolLM2 among them.</summary>
internal sealed class Llama : Family
{
    public override string Name => "Llama";

    public override IReadOnlyList<string> ModelTypes => ["llama"];

    public override IReadOnlyList<string> Architectures => ["llama"];

    public override FamilyDefaults Defaults { get; } = new() { PermutedInGguf = true, Reads = ["attention_bias", "mlp_bias"] };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        return source.Network(Name, Layer(source));
    }

    /// <summary>The layer with the biases that the file has.</summary>
    public static LayerDescription Layer(FamilySource source)
    {
        LayerDescription layer = source.PreNormLayer();
        return layer with
        {
            Attention = layer.Attention! with
            {
                InputBias = source.InputBias("attention_bias", absent: false),
                OutputBias = source.OutputBias("attention_bias"),
            },
            FeedForward = layer.FeedForward! with { Bias = source.FeedForwardBias("mlp_bias") },
        };
    }
}
