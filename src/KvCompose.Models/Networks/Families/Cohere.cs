namespace KvCompose.Models.Networks.Families;

/// <summary>Command-R: attention and feed-forward block side by side after one layer norm, neighbouring elements rotated together.</summary>
internal sealed class Cohere : Family
{
    public override string Name => "Command-R";

    public override IReadOnlyList<string> ModelTypes => ["cohere"];

    public override IReadOnlyList<string> Architectures => ["command-r"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 8192,
        Theta = 500_000,
        Epsilon = 1e-5,
        Tied = true,
        LayerNorm = true,
        Pairing = RotaryPairing.Neighbours,
        Reads = ["attention_bias", "logit_scale", "use_qk_norm"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        LayerDescription layer = source.PreNormLayer();
        var norm = new NormDescription(NormKind.Layer, source.Epsilon);
        bool normalises = source.Config?.Fields.Flag("use_qk_norm", absent: false) ?? source.Gguf!.Has("blk.0.attn_q_norm.weight");
        layer = layer with
        {
            Attention = Gemma1.WithBias(layer.Attention!, source) with
            {
                QueryKeyNorm = normalises ? norm : null,
                QueryKeyNormScope = HeadNormScope.OwnOfHead,
            },
            AttentionNorm = norm,
            FeedForwardNorm = null,
            Parallel = true,
        };
        return source.Network(Name, [.. Enumerable.Repeat(layer, source.LayerCount)], norm) with
        {
            LogitMultiplier = (float)source.Number("logit_scale", "logit_scale", 0.0625),
        };
    }
}
