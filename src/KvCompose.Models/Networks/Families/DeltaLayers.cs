namespace KvCompose.Models.Networks.Families;

/// <summary>The layers that Qwen 3.5 and Qwen3-Next share.</summary>
internal static class DeltaLayers
{
    private const int UsualInterval = 4;

    public static NameOverrides GgufNames { get; } = new(
        (LayerPart.FeedForwardNorm, "post_attention_norm"), (LayerPart.AttentionOutputNorm, "attn_post_norm"));

    public static FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 256,
        Context = 32_768,
        Experts = true,
        PartialRotation = true,
        RotaryShare = 0.25,
        Reads = ["attention_bias", "attn_output_gate", "num_experts", "num_local_experts"],
    };

    /// <param name="source">The hyper-parameters.</param>
    /// <param name="name">The family's name.</param>
    /// <param name="tiledInGguf">Whether GGUF files have the heads of values in another order.</param>
    public static NetworkDescription Describe(FamilySource source, string name, bool tiledInGguf)
    {
        NormDescription norm = Gemma1.Norm(source);
        if (source.Config?.Fields is { } fields && !fields.Flag("attn_output_gate", absent: true))
        {
            throw fields.Unsupported("attn_output_gate", "true, as every model of this family has the gate");
        }

        LayerDescription attends = source.PreNorms(norm) with
        {
            Attention = source.Attention() with
            {
                InputBias = source.InputBias("attention_bias", absent: false),
                OutputBias = source.OutputBias("attention_bias"),
                QueryKeyNorm = norm,
                QueryKeyNormScope = HeadNormScope.SharedByHeads,
                OutputGate = true,
            },
        };
        LayerDescription recurs = source.PreNorms(norm) with { Recurrent = Delta(source, tiledInGguf) };
        bool[] fixedState = FixedState(source);
        int experts = Mixture.Count(source);
        return source.Network(experts > 0 && name == "Qwen3.5" ? name + " MoE" : name, [.. fixedState.Select((recurrent, i) => Blocks(
            source, recurrent ? recurs : attends, Qwen3Moe.IsSparse(source, i) ? experts : 0))], norm);
    }

    private static LayerDescription Blocks(FamilySource source, LayerDescription layer, int count)
    {
        if (count == 0)
        {
            return layer with { FeedForward = source.FeedForward() };
        }

        int shared = Mixture.SharedWidth(source, "shared_expert_intermediate_size", absent: 0);
        return layer with
        {
            FeedForward = shared > 0 ? source.FeedForward(shared) : null,
            Experts = new ExpertsDescription
            {
                Count = count,
                Chosen = Mixture.Chosen(source, count),
                Width = Mixture.Width(source),
                Activation = source.Activation(Activation.Silu, "hidden_act"),
                DenseIsShared = shared > 0,
                SharedGate = shared > 0,
                Router = new RouterDescription
                {
                    Scores = RouterScores.Softmax,
                    Renormalise = source.Config?.Fields.Flag("norm_topk_prob", absent: true) ?? true,
                },
            },
        };
    }

    private static RecurrentDescription.GatedDelta Delta(FamilySource source, bool tiledInGguf)
    {
        NormDescription norm = source.RmsNorm();
        if (source.Config is { } config)
        {
            int Size(string field, int absent) => config.Fields.Integer(field, 1, 1 << 16, absent);
            int keyHeads = Size("linear_num_key_heads", 16), valueHeads = Size("linear_num_value_heads", 32);
            return valueHeads % keyHeads == 0
                ? new RecurrentDescription.GatedDelta(
                    keyHeads, valueHeads, Size("linear_key_head_dim", 128), Size("linear_value_head_dim", 128), Size("linear_conv_kernel_dim", 4), norm,
                    Tiled: false)
                : throw config.Fields.Wrong("linear_num_value_heads", $"{valueHeads}", $"a multiple of linear_num_key_heads, {keyHeads}");
        }

        GgufSource gguf = source.Gguf!;
        int state = gguf.Integer("ssm.state_size", 1, 1 << 16), groups = gguf.Integer("ssm.group_count", 1, 1 << 16);
        int heads = gguf.Integer("ssm.time_step_rank", 1, 1 << 16), inner = gguf.Integer("ssm.inner_size", 1, 1 << 20);
        return heads % groups == 0 && inner == heads * state
            ? new RecurrentDescription.GatedDelta(
                groups, heads, state, state, gguf.Integer("ssm.conv_kernel", 1, 64), norm, Tiled: tiledInGguf && heads != groups)
            : throw gguf.Metadata.Wrong(
                gguf.Key("ssm.inner_size"), $"{heads} heads of ssm.state_size, {state}, whose number is a multiple of ssm.group_count, {groups}");
    }

    private static bool[] FixedState(FamilySource source)
    {
        int interval = source.Config?.Fields.Integer("full_attention_interval", 1, 4096, UsualInterval)
            ?? source.Gguf!.Integer("full_attention_interval", 1, 4096, UsualInterval);
        bool[]? stated = source.Config is { } config
            ? config.LayerTypes(LayerType.Full, LayerType.FixedState)?.Select(static type => type == LayerType.FixedState).ToArray()
            : source.Gguf!.Flags("attention.recurrent_layers");
        return stated ?? [.. Enumerable.Range(0, source.LayerCount).Select(layer => (layer + 1) % interval != 0)];
    }
}
