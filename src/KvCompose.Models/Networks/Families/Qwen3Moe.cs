namespace KvCompose.Models.Networks.Families;

/// <summary>Qwen 3 with experts: softmax over all of them, no shared one.</summary>
internal sealed class Qwen3Moe : Family
{
    public override string Name => "Qwen3 MoE";

    public override IReadOnlyList<string> ModelTypes => ["qwen3_moe"];

    public override IReadOnlyList<string> Architectures => ["qwen3moe"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 32_768,
        Experts = true,
        Reads =
        [
            "sliding_window", "use_sliding_window", "attention_bias", "num_experts", "num_local_experts",
        ],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        LayerDescription layer = Qwen3.Layer(source);
        IReadOnlyList<LayerDescription> layers = Windowed(layer, Qwen2.Windows(source));
        if (Mixture.Count(source, absent: 128) is not (> 0 and var count))
        {
            return source.Network(Name, layers);
        }

        var experts = new ExpertsDescription
        {
            Count = count,
            Chosen = Mixture.Chosen(source, count, absent: 8),
            Width = Mixture.Width(source, absent: source.Config is null ? null : 768),
            Activation = layer.FeedForward?.Activation ?? Activation.Silu,
            Router = new RouterDescription
            {
                Scores = RouterScores.Softmax,
                Renormalise = source.Config?.Fields.Flag("norm_topk_prob", absent: false) ?? true,
            },
        };
        return source.Network(Name, [.. layers.Select((one, i) => IsSparse(source, i) ? one with { FeedForward = null, Experts = experts } : one)]);
    }

    /// <summary>Which layers have experts: all but those of a list, and of the rest every so many.</summary>
    public static bool IsSparse(FamilySource source, int layer)
    {
        if (source.Config?.Fields is not { } fields)
        {
            return true;
        }

        return !fields.IntegerOrList("mlp_only_layers", 0, int.MaxValue).Contains(layer)
            && (layer + 1) % fields.Integer("decoder_sparse_step", 1, int.MaxValue, 1) == 0;
    }
}
