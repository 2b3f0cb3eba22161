namespace KvCompose.Models.Networks.Families;

/// <summary>GLM-4.5 and 4.6: experts chosen by σ of their logits and a stored number, and one that all tokens share.</summary>
internal sealed class Glm4Moe : Family
{
    private const double RenormaliseEpsilon = 1e-20;

    public override string Name => "GLM-4 MoE";

    public override IReadOnlyList<string> ModelTypes => ["glm4_moe"];

    public override IReadOnlyList<string> Architectures => ["glm4moe"];

    public override NameOverrides FolderNames { get; } = new(
        (LayerPart.SharedGate, "mlp.shared_experts.gate_proj"), (LayerPart.SharedUp, "mlp.shared_experts.up_proj"),
        (LayerPart.SharedDown, "mlp.shared_experts.down_proj"));

    public override NameOverrides GgufNames { get; } = new(
        (LayerPart.FeedForwardNorm, "post_attention_norm"), (LayerPart.AttentionOutputNorm, "attn_post_norm"));

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 128,
        Context = 131_072,
        Epsilon = 1e-5,
        PartialRotation = true,
        RotaryShare = 0.5,
        Experts = true,
        Reads = ["attention_bias", "use_qk_norm", "n_routed_experts", "num_experts", "num_local_experts"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        LayerDescription layer = source.PreNorms() with
        {
            Attention = source.Attention() with
            {
                InputBias = source.InputBias("attention_bias", absent: false),
                QueryKeyNorm = source.Config?.Fields.Flag("use_qk_norm", absent: false) ?? source.Gguf!.Has("blk.0.attn_q_norm.weight")
                    ? source.RmsNorm() : null,
                QueryKeyNormScope = HeadNormScope.SharedByHeads,
            },
        };
        int count = Mixture.Count(source, absent: 128), width = Mixture.Width(source);
        int dense = source.Config?.Fields.Integer("first_k_dense_replace", 0, 4096, 1) ?? source.Gguf!.Integer("leading_dense_block_count", 0, 4096, 0);
        int shared = width * (source.Config?.Fields.Integer("n_shared_experts", 0, 64, 1) ?? source.Gguf!.Integer("expert_shared_count", 0, 64, 1));
        LayerDescription sparse = layer with
        {
            FeedForward = shared > 0 ? source.FeedForward(shared) : null,
            Experts = new ExpertsDescription
            {
                Count = count,
                Chosen = Mixture.Chosen(source, count),
                Width = width,
                Activation = source.Activation(Activation.Silu, "hidden_act"),
                DenseIsShared = shared > 0,
                Router = Router(source, count),
            },
        };
        return source.Network(Name, [.. Enumerable.Range(0, source.LayerCount)
            .Select(i => i < dense ? layer with { FeedForward = source.FeedForward() } : sparse)]);
    }

    private static RouterDescription Router(FamilySource source, int count)
    {
        int groups = source.Config?.Fields.Integer("n_group", 1, count, 1) ?? source.Gguf!.Integer("expert_group_count", 1, count, 1);
        int chosen = source.Config?.Fields.Integer("topk_group", 1, groups, 1) ?? source.Gguf!.Integer("expert_group_used_count", 1, groups, 1);
        if (count % groups != 0 && source.Config is { } config)
        {
            throw config.Fields.Wrong("n_group", $"{groups}", $"a divisor of the number of experts, {count}");
        }

        return new RouterDescription
        {
            Scores = RouterScores.Sigmoid,
            SelectionBias = true,
            Renormalise = source.Config?.Fields.Flag("norm_topk_prob", absent: true) ?? true,
            RenormaliseEpsilon = RenormaliseEpsilon,
            Scale = source.Number("routed_scaling_factor", "expert_weights_scale", 1),
            Groups = groups,
            ChosenGroups = chosen,
        };
    }
}
