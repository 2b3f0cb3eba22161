namespace KvCompose.Models.Networks.Families;

/// <summary>GLM-4: half of a head rotated by neighbours, norms before and behind attention and feed-forward block.</summary>
internal sealed class Glm4 : Family
{
    public override string Name => "GLM-4";

    public override IReadOnlyList<string> ModelTypes => ["glm4"];

    public override IReadOnlyList<string> Architectures => ["glm4"];

    public override NameOverrides FolderNames { get; } = new(
        (LayerPart.AttentionOutputNorm, "post_self_attn_layernorm"), (LayerPart.FeedForwardNorm, "post_attention_layernorm"),
        (LayerPart.FeedForwardOutputNorm, "post_mlp_layernorm"));

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 128,
        Context = 131_072,
        Epsilon = 1.5625e-7,
        PartialRotation = true,
        RotaryShare = 0.5,
        Pairing = RotaryPairing.Neighbours,
        Reads = ["attention_bias"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        LayerDescription layer = source.PreNormLayer();
        return source.Network(Name, layer with
        {
            Attention = layer.Attention! with { InputBias = source.InputBias("attention_bias", absent: false) },
            AttentionOutputNorm = source.RmsNorm(),
            FeedForwardOutputNorm = source.RmsNorm(),
        });
    }
}
