namespace KvCompose.Models.Networks.Families;

/// <summary>LFM2, dense and with experts: gated short convolutions, and some layers that attend.</summary>
internal sealed class Lfm2 : Family
{
    private const double RenormaliseEpsilon = 1e-6;

    public override string Name => "LFM2";

    public override IReadOnlyList<string> ModelTypes => ["lfm2", "lfm2_moe"];

    public override IReadOnlyList<string> Architectures => ["lfm2", "lfm2moe"];

    public override NameOverrides FolderNames { get; } = new(
        (LayerPart.AttentionNorm, "operator_norm"), (LayerPart.FeedForwardNorm, "ffn_norm"), (LayerPart.Output, "self_attn.out_proj"),
        (LayerPart.QueryNorm, "self_attn.q_layernorm"), (LayerPart.KeyNorm, "self_attn.k_layernorm"), (LayerPart.Gate, "feed_forward.w1"),
        (LayerPart.Up, "feed_forward.w3"), (LayerPart.Down, "feed_forward.w2"), (LayerPart.Router, "feed_forward.gate"),
        (LayerPart.SelectionBias, "feed_forward.expert_bias"), (LayerPart.ExpertGate, $"feed_forward.experts.{TensorNames.ExpertPlace}.w1"),
        (LayerPart.ExpertUp, $"feed_forward.experts.{TensorNames.ExpertPlace}.w3"),
        (LayerPart.ExpertDown, $"feed_forward.experts.{TensorNames.ExpertPlace}.w2"),
        (LayerPart.ExpertGateAndUp, "feed_forward.experts.gate_up_proj"), (LayerPart.ExpertsDown, "feed_forward.experts.down_proj"),
        (LayerPart.RecurrentInput, "conv.in_proj"), (LayerPart.Convolution, "conv.conv"), (LayerPart.RecurrentOutput, "conv.out_proj"))
    { FinalNorm = "embedding_norm" };

    public override NameOverrides GgufNames { get; } = new(
        (LayerPart.RecurrentInput, "shortconv.in_proj"), (LayerPart.Convolution, "shortconv.conv"), (LayerPart.RecurrentOutput, "shortconv.out_proj"))
    { FinalNorm = "token_embd_norm" };

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 128_000,
        Theta = 1_000_000,
        Epsilon = 1e-5,
        EpsilonField = "norm_eps",
        Tied = true,
        Experts = true,
        Reads = ["num_experts", "num_local_experts"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        int kernel = source.Config?.Fields.Integer("conv_L_cache", 1, 64, 3) ?? source.Gguf!.Integer("shortconv.l_cache", 1, 64);
        bool bias = source.Config?.Fields.Flag("conv_bias", absent: false) ?? false;
        LayerDescription attends = source.PreNorms() with
        {
            Attention = source.Attention() with { QueryKeyNorm = source.RmsNorm(), QueryKeyNormScope = HeadNormScope.SharedByHeads },
        };
        LayerDescription recurs = source.PreNorms() with
        {
            Recurrent = new RecurrentDescription.ShortConvolution(source.Hidden, kernel, bias),
        };
        bool[] convolves = Convolutions(source);
        ExpertsDescription? experts = Experts(source);
        int dense = experts is null ? source.LayerCount
            : source.Config?.Fields.Integer("num_dense_layers", 0, 4096, 2) ?? source.Gguf!.Integer("leading_dense_block_count", 0, 4096, 0);
        NetworkDescription network = source.Network(experts is null ? Name : Name + " MoE", [.. convolves.Select((convolution, i) =>
        {
            LayerDescription layer = convolution ? recurs : attends;
            return i < dense ? layer with { FeedForward = source.FeedForward(Width(source)) } : layer with { Experts = experts };
        })]);
        return network with { TiedEmbeddings = source.Config?.Fields.Flag("tie_embedding", source.Tied) ?? source.Tied };
    }

    private static ExpertsDescription? Experts(FamilySource source)
    {
        if (Mixture.Count(source) is not (> 0 and var count))
        {
            return null;
        }

        return new ExpertsDescription
        {
            Count = count,
            Chosen = Mixture.Chosen(source, count),
            Width = Mixture.Width(source),
            Router = new RouterDescription
            {
                Scores = RouterScores.Sigmoid,
                SelectionBias = source.Config?.Fields.Flag("use_expert_bias", absent: true) ?? true,
                Renormalise = source.Config?.Fields.Flag("norm_topk_prob", absent: true) ?? true,
                RenormaliseEpsilon = RenormaliseEpsilon,
                Scale = source.Number("routed_scaling_factor", "expert_weights_scale", 1),
            },
        };
    }

    private static bool[] Convolutions(FamilySource source)
    {
        if (source.Config is not { } config)
        {
            return [.. source.Gguf!.KeyValueHeadsByLayer.Select(static heads => heads == 0)];
        }

        int[] attends = config.Fields.IntegerOrList("full_attn_idxs", 0, source.LayerCount - 1);
        bool[]? stated = config.LayerTypes(LayerType.Full, LayerType.FixedState)?.Select(static type => type == LayerType.FixedState).ToArray();
        return stated ?? (attends.Length > 0
            ? [.. Enumerable.Range(0, source.LayerCount).Select(layer => !attends.Contains(layer))]
            : throw config.Fields.Missing("layer_types"));
    }

    /// <summary>The width between projections may be stated before a rule makes two thirds of it and rounds.</summary>
    private static int Width(FamilySource source)
    {
        if (source.Config is not { } config)
        {
            return source.FeedForwardWidth;
        }

        int width = config.Spelled(1, 1 << 20, "block_ff_dim", "intermediate_size") ?? throw config.Fields.Missing("intermediate_size");
        if (!config.Fields.Flag("block_auto_adjust_ff_dim", absent: config.Fields.Text("model_type") != "lfm2_moe"))
        {
            return width;
        }

        width = 2 * width / 3;
        width = (int)(config.Fields.Number("block_ffn_dim_multiplier", 0, 1e3, 1) * width);
        int multiple = config.Fields.Integer("block_multiple_of", 1, 1 << 20, 256);
        return (width + multiple - 1) / multiple * multiple;
    }
}
