namespace KvCompose.Models.Networks.Families;

/// <summary>Granite 3: Llama with four multipliers.</summary>
internal sealed class Granite : Family
{
    public override string Name => "Granite";

    public override IReadOnlyList<string> ModelTypes => ["granite"];

    public override IReadOnlyList<string> Architectures => ["granite"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        PermutedInGguf = true,
        Reads =
        [
            "attention_bias", "mlp_bias", "embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling",
        ],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        LayerDescription layer = Llama.Layer(source);
        layer = layer with
        {
            Attention = layer.Attention! with { Scale = source.Number("attention_multiplier", "attention.scale", 1) },
            ResidualMultiplier = (float)source.Number("residual_multiplier", "residual_scale", 1),
        };
        return source.Network(Name, layer) with
        {
            EmbeddingMultiplier = (float)source.Number("embedding_multiplier", "embedding_scale", 1),
            LogitMultiplier = (float)(1 / source.Number("logits_scaling", "logit_scale", 1)),
        };
    }
}
