namespace KvCompose.Models.Networks.Families;

/// <summary>StableLM: layer norms with biases, a quarter of each head rotated, blocks one after the other or side by side.</summary>
internal sealed class StableLm : Family
{
    public override string Name => "StableLM";

    public override IReadOnlyList<string> ModelTypes => ["stablelm"];

    public override IReadOnlyList<string> Architectures => ["stablelm"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 4096,
        Epsilon = 1e-5,
        LayerNorm = true,
        PartialRotation = true,
        RotaryShare = 0.25,
        Reads = ["use_qkv_bias", "use_parallel_residual", "qk_layernorm"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        LayerDescription layer = source.PreNormLayer();
        var norm = new NormDescription(NormKind.Layer, source.Epsilon, Bias: true);
        bool parallel = source.Config?.Fields.Flag("use_parallel_residual", absent: false)
            ?? source.Gguf!.Metadata.Flag(source.Gguf.Key("use_parallel_residual"), absent: false);
        bool normalises = source.Config?.Fields.Flag("qk_layernorm", absent: false) ?? source.Gguf!.Has("blk.0.attn_q_norm.weight");
        layer = layer with
        {
            Attention = layer.Attention! with
            {
                InputBias = source.InputBias("use_qkv_bias", absent: false),
                QueryKeyNorm = normalises ? norm with { Bias = false } : null,
                QueryKeyNormScope = HeadNormScope.OwnOfHead,
            },
            AttentionNorm = norm,
            FeedForwardNorm = parallel ? null : norm,
            Parallel = parallel,
        };
        return source.Network(Name, [.. Enumerable.Repeat(layer, source.LayerCount)], norm);
    }
}
