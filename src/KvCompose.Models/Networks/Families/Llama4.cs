namespace KvCompose.Models.Networks.Families;

/// <summary>
/// Llama 4, text: layers that rotate see the block of positions that they are in, every fourth sees all and does not rotate. The
/// weight of an expert multiplies what it reads.
/// </summary>
internal sealed class Llama4 : Family
{
    private const int UsualBlock = 8192;
    private const int UsualInterval = 4;

    public override string Name => "Llama 4";

    public override IReadOnlyList<string> ModelTypes => ["llama4_text", "llama4"];

    public override IReadOnlyList<string> Architectures => ["llama4"];

    public override NameOverrides FolderNames { get; } = new(
        (LayerPart.Gate, "feed_forward.gate_proj"), (LayerPart.Up, "feed_forward.up_proj"), (LayerPart.Down, "feed_forward.down_proj"),
        (LayerPart.SharedGate, "feed_forward.shared_expert.gate_proj"), (LayerPart.SharedUp, "feed_forward.shared_expert.up_proj"),
        (LayerPart.SharedDown, "feed_forward.shared_expert.down_proj"), (LayerPart.Router, "feed_forward.router"),
        (LayerPart.ExpertGateAndUp, "feed_forward.experts.gate_up_proj"), (LayerPart.ExpertsDown, "feed_forward.experts.down_proj"))
    { TransposedExperts = true };

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 128,
        Context = 131_072,
        Theta = 500_000,
        Epsilon = 1e-5,
        Pairing = RotaryPairing.Neighbours,
        Experts = true,
        Reads =
        [
            "attention_bias", "attention_chunk_size", "use_qk_norm", "no_rope_layers", "no_rope_layer_interval", "attn_temperature_tuning",
            "num_local_experts", "num_experts",
        ],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        bool[] rotates = Rotating(source);
        int block = source.Config?.Fields.Integer("attention_chunk_size", 1, int.MaxValue, UsualBlock)
            ?? source.Gguf!.Integer("attention.chunk_size", 1, int.MaxValue, UsualBlock);
        bool normalises = source.Config?.Fields.Flag("use_qk_norm", absent: true) ?? (source.LayerCount == 48);
        AttentionDescription attention = source.Attention() with
        {
            InputBias = source.InputBias("attention_bias", absent: false),
            OutputBias = source.OutputBias("attention_bias"),
        };
        AttentionDescription inBlock = attention with
        {
            Window = block,
            Block = block,
            QueryKeyNorm = normalises ? source.RmsNorm() with { Weighted = false } : null,
            QueryKeyNormScope = HeadNormScope.SharedByHeads,
        };
        AttentionDescription overAll = attention with { Rotation = null, QueryScale = Scale(source) };
        int[] sparse = SparseLayers(source);
        int count = Mixture.Count(source, absent: 16);
        LayerDescription experts = source.PreNorms() with
        {
            FeedForward = source.FeedForward(source.Config is null ? Mixture.Width(source) : source.FeedForwardWidth),
            Experts = new ExpertsDescription
            {
                Count = count,
                Chosen = Mixture.Chosen(source, count, absent: 1),
                Width = source.Config is null ? Mixture.Width(source) : source.FeedForwardWidth,
                Activation = source.Activation(Activation.Silu, "hidden_act"),
                DenseIsShared = true,
                ScalesInput = true,
                Router = new RouterDescription { Scores = RouterScores.Sigmoid },
            },
        };
        LayerDescription dense = source.PreNorms() with
        {
            FeedForward = source.FeedForward(source.Config?.Fields.Integer("intermediate_size_mlp", 1, 1 << 20, 16_384)),
        };
        return source.Network(Name, [.. rotates.Select((does, i)
            => (sparse.Contains(i) ? experts : dense) with { Attention = does ? inBlock : overAll })]);
    }

    private static QueryScaleDescription? Scale(FamilySource source)
    {
        if (source.Config?.Fields is not { } fields)
        {
            return new QueryScaleDescription(0.1, UsualBlock, First: 1);
        }

        return fields.Flag("attn_temperature_tuning", absent: true)
            ? new QueryScaleDescription(fields.Number("attn_scale", 0, 1e6, 0.1), fields.Number("floor_scale", 0, 1e9, UsualBlock), First: 1) : null;
    }

    private static int[] SparseLayers(FamilySource source)
    {
        if (source.Config?.Fields is { } fields && fields.Has("moe_layers"))
        {
            return fields.IntegerOrList("moe_layers", 0, source.LayerCount - 1);
        }

        int step = source.Config?.Fields.Integer("interleave_moe_layer_step", 1, 4096, 1) ?? source.Gguf!.Integer("interleave_moe_layer_step", 1, 4096, 1);
        return [.. Enumerable.Range(0, source.LayerCount).Where(layer => (layer + 1) % step == 0)];
    }

    /// <summary>no_rope_layers holds 1 for a layer that does rotate.</summary>
    private static bool[] Rotating(FamilySource source)
    {
        int interval = source.Config?.Fields.Integer("no_rope_layer_interval", 1, 4096, UsualInterval) ?? UsualInterval;
        bool[] usual = [.. Enumerable.Range(0, source.LayerCount).Select(layer => (layer + 1) % interval != 0)];
        if (source.Config is not { } config)
        {
            return usual;
        }

        int[] flags = config.Fields.IntegerOrList("no_rope_layers", 0, 1);
        bool[] rotates = flags.Length == 0 ? usual : [.. flags.Select(static flag => flag == 1)];
        if (rotates.Length != source.LayerCount)
        {
            throw config.Fields.Wrong("no_rope_layers", config.Fields.Shown("no_rope_layers"), $"a list of 0 or 1 for each of {source.LayerCount} layers");
        }

        LayerType[]? types = config.LayerTypes(LayerType.Full, LayerType.Block);
        return types is null || types.Select(static type => type == LayerType.Block).SequenceEqual(rotates)
            ? rotates
            : throw config.Fields.Wrong("layer_types", config.Fields.Shown("layer_types"), "chunked_attention for the layers that no_rope_layers lets rotate");
    }
}
