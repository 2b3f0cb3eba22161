using System.Text.Json;

namespace KvCompose.Models.Networks.Families;

/// <summary>Granite 4 hybrid: Mamba 2, some layers that attend without rotation, a block that all tokens share and experts beside it.</summary>
internal sealed class Granite4 : Family
{
    public override string Name => "Granite 4";

    public override IReadOnlyList<string> ModelTypes => ["granitemoehybrid"];

    public override IReadOnlyList<string> Architectures => ["granitehybrid"];

    public override NameOverrides FolderNames { get; } = new(
        (LayerPart.GateAndUp, "shared_mlp.input_linear"), (LayerPart.Down, "shared_mlp.output_linear"),
        (LayerPart.Router, "block_sparse_moe.router.layer"), (LayerPart.ExpertGateAndUp, "block_sparse_moe.input_linear"),
        (LayerPart.ExpertsDown, "block_sparse_moe.output_linear"), (LayerPart.RecurrentInput, "mamba.in_proj"),
        (LayerPart.Convolution, "mamba.conv1d"), (LayerPart.Decay, "mamba.A_log"), (LayerPart.StepBias, "mamba.dt_bias"),
        (LayerPart.Skip, "mamba.D"), (LayerPart.RecurrentNorm, "mamba.norm"), (LayerPart.RecurrentOutput, "mamba.out_proj"));

    public override NameOverrides GgufNames { get; } = new((LayerPart.RecurrentInput, "ssm_in"));

    public override FamilyDefaults Defaults { get; } = new()
    {
        Tied = true,
        Experts = true,
        PermutedInGguf = true,
        Reads =
        [
            "attention_bias", "embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling", "num_experts",
            "num_local_experts", "position_embedding_type",
        ],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        int count = Mixture.Count(source);
        LayerDescription layer = source.PreNorms() with
        {
            FeedForward = source.FeedForward(SharedWidth(source, count)),
            Experts = count == 0 ? null : new ExpertsDescription
            {
                Count = count,
                Chosen = Mixture.Chosen(source, count),
                Width = source.FeedForwardWidth,
                Activation = source.Activation(Activation.Silu, "hidden_act"),
                DenseIsShared = source.Config is null,
                Router = new RouterDescription { Scores = RouterScores.SoftmaxOfChosen },
            },
            ResidualMultiplier = (float)source.Number("residual_multiplier", "residual_scale", 1),
        };
        LayerDescription attends = layer with
        {
            Attention = source.Attention() with
            {
                Scale = source.Number("attention_multiplier", "attention.scale", 1),
                Rotation = Rotates(source) ? source.Rotation : null,
                InputBias = source.Config?.Fields.Flag("attention_bias", absent: false) ?? false,
                OutputBias = source.Config?.Fields.Flag("attention_bias", absent: false) ?? false,
            },
        };
        bool[] mamba = source.Config is { } config
            ? [.. (config.LayerTypes(LayerType.Full, LayerType.FixedState) ?? throw config.Fields.Missing("layer_types"))
                .Select(static type => type == LayerType.FixedState)]
            : [.. source.Gguf!.KeyValueHeadsByLayer.Select(static heads => heads == 0)];
        return source.Network(Name, [.. mamba.Select(recurrent => recurrent ? layer with { Recurrent = Mamba(source) } : attends)]) with
        {
            EmbeddingMultiplier = (float)source.Number("embedding_multiplier", "embedding_scale", 1),
            LogitMultiplier = (float)(1 / source.Number("logits_scaling", "logit_scale", 1)),
        };
    }

    private static int SharedWidth(FamilySource source, int experts) => source.Config is { } config
        ? config.Fields.Integer("shared_intermediate_size", 1, 1 << 20, 1024)
        : source.Gguf!.Integer("expert_shared_feed_forward_length", 1, 1 << 20, experts == 0 ? source.FeedForwardWidth : null);

    /// <summary>A GGUF file states that positions are not rotated by a flag at the scaling.</summary>
    private static bool Rotates(FamilySource source)
    {
        if (source.Config?.Fields is not { } fields)
        {
            return source.Gguf!.Metadata.Flag(source.Gguf.Key("rope.scaling.finetuned"), absent: true);
        }

        return fields.Text("position_embedding_type") switch
        {
            "rope" => true,
            null or "nope" => false,
            _ => throw fields.Unsupported("position_embedding_type", "rope or nope"),
        };
    }

    private static RecurrentDescription.Mamba2 Mamba(FamilySource source)
    {
        if (source.Config is { } config)
        {
            int Size(string field, int absent) => config.Fields.Integer(field, 1, 1 << 20, absent);
            int heads = Size("mamba_n_heads", 128), inner = Size("mamba_expand", 2) * source.Hidden, groups = Size("mamba_n_groups", 1);
            if (inner % heads != 0 || heads % groups != 0)
            {
                throw config.Fields.Wrong("mamba_n_heads", $"{heads}", $"a divisor of mamba_expand times hidden_size, {inner}, and a multiple of mamba_n_groups, {groups}");
            }

            if (config.Fields.Has("mamba_d_head") && config.Fields["mamba_d_head"].ValueKind == JsonValueKind.Number && Size("mamba_d_head", 64) != inner / heads)
            {
                throw config.Fields.Unsupported("mamba_d_head", $"{inner / heads}, by mamba_expand and mamba_n_heads");
            }

            (float least, float most) = StepLimit(config);
            return new RecurrentDescription.Mamba2(
                heads, inner / heads, groups, Size("mamba_d_state", 256), Size("mamba_d_conv", 4), source.RmsNorm(),
                config.Fields.Flag("mamba_conv_bias", absent: true), config.Fields.Flag("mamba_proj_bias", absent: false), least, most);
        }

        GgufSource gguf = source.Gguf!;
        int stepRank = gguf.Integer("ssm.time_step_rank", 1, 1 << 16), size = gguf.Integer("ssm.inner_size", 1, 1 << 20);
        int shared = gguf.Integer("ssm.group_count", 1, 1 << 16);
        return size % stepRank == 0 && stepRank % shared == 0
            ? new RecurrentDescription.Mamba2(
                stepRank, size / stepRank, shared, gguf.Integer("ssm.state_size", 1, 1 << 16), gguf.Integer("ssm.conv_kernel", 1, 64), source.RmsNorm(),
                ConvolutionBias: true, ProjectionBias: false)
            : throw gguf.Metadata.Wrong(gguf.Key("ssm.inner_size"), $"a multiple of ssm.time_step_rank, {stepRank}, and that of ssm.group_count, {shared}");
    }

    /// <summary>The bounds of time steps. Infinity is no JSON number; files hold an object in its place.</summary>
    private static (float Least, float Most) StepLimit(ConfigSource config)
    {
        const string Field = "time_step_limit";
        if (!config.Fields.Has(Field))
        {
            return (0, float.PositiveInfinity);
        }

        float[] bounds = [.. config.Fields.List(Field).Select(bound => bound.ValueKind switch
        {
            JsonValueKind.Number => bound.GetSingle(),
            JsonValueKind.Object when bound.TryGetProperty("__float__", out JsonElement text) && text.ValueEquals("Infinity") => float.PositiveInfinity,
            JsonValueKind.String when bound.ValueEquals("Infinity") => float.PositiveInfinity,
            _ => throw config.Fields.Wrong(Field, bound.GetRawText(), "a number, or infinity"),
        })];
        return bounds.Length == 2 && bounds[0] <= bounds[1]
            ? (bounds[0], bounds[1])
            : throw config.Fields.Wrong(Field, config.Fields.Shown(Field), "two bounds, the lower one first");
    }
}
