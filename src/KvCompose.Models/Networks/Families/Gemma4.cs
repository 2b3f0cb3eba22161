using System.Globalization;
using KvCompose.Models.Json;

namespace KvCompose.Models.Networks.Families;

/// <summary>
/// Gemma 4, text: layers with a window and layers without one have heads of their own size and number. Some models take values from
/// the key projection, let the last layers read the cache of earlier ones, give layers an input of the token itself, or have experts
/// beside the feed-forward block.
/// </summary>
internal sealed class Gemma4 : Family
{
    private const int UsualGlobalHeadDim = 512;
    private const int UsualPeriod = 6;

    public override string Name => "Gemma 4";

    public override IReadOnlyList<string> ModelTypes => ["gemma4_text", "gemma4", "gemma4_unified_text", "gemma4_unified"];

    public override IReadOnlyList<string> Architectures => ["gemma4"];

    public override NameOverrides FolderNames { get; } = new(
        (LayerPart.Router, "router.proj"), (LayerPart.ExpertGateAndUp, "experts.gate_up_proj"), (LayerPart.ExpertsDown, "experts.down_proj"));

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 256,
        Context = 131_072,
        Theta = 1_000_000,
        Tied = true,
        PartialRotation = true,
        Experts = true,
        Reads =
        [
            "attention_bias", "attention_k_eq_v", "enable_moe_block", "final_logit_softcapping", "hidden_size_per_layer_input",
            "num_kv_shared_layers", "sliding_window", "num_experts", "use_bidirectional_attention",
        ],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        CheckDirection(source.Config);
        IReadOnlyList<int?> windows = Windows(source);
        (RotationDescription full, RotationDescription windowed) = Rotations(source);
        int?[] reads = Readers(source, windows);
        PerLayerInputDescription? input = Input(source);
        LayerDescription[] layers = [.. windows.Select((window, layer) => new LayerDescription
        {
            Attention = Attention(source, layer, window) with { Rotation = window is null ? full : windowed, ReadsLayer = reads[layer] },
            FeedForward = new FeedForwardDescription(Width(source, layer, reads[layer] is not null), Activation(source)),
            Experts = Experts(source),
            AttentionNorm = source.RmsNorm(),
            AttentionOutputNorm = source.RmsNorm(),
            FeedForwardNorm = source.RmsNorm(),
            FeedForwardOutputNorm = source.RmsNorm(),
            OutputScale = true,
        })];
        return source.Network(Name, layers) with
        {
            EmbeddingMultiplier = MathF.Sqrt(source.Hidden),
            LogitSoftCap = source.Cap("final_logit_softcapping", "final_logit_softcapping", null),
            PerLayerInput = input,
        };
    }

    private static Activation Activation(FamilySource source) => source.Activation(Models.Activation.GeluTanh, "hidden_activation", "hidden_act");

    /// <summary>Only tokens of images may see each other in both directions.</summary>
    private static void CheckDirection(ConfigSource? config)
    {
        const string Field = "use_bidirectional_attention";
        if (config?.Fields is { } fields && fields.Has(Field) && fields[Field].ToString() is not ("False" or "vision"))
        {
            throw fields.Unsupported(Field, "null, false or vision");
        }
    }

    private static AttentionDescription Attention(FamilySource source, int layer, int? window)
    {
        (int heads, int headDim, bool keysAreValues) = Heads(source, layer, window is not null);
        return new AttentionDescription
        {
            QueryHeads = source.QueryHeads,
            KeyValueHeads = heads,
            HeadDim = headDim,
            Scale = 1,
            Window = window,
            InputBias = source.Config?.Fields.Flag("attention_bias", absent: false) ?? false,
            OutputBias = source.Config?.Fields.Flag("attention_bias", absent: false) ?? false,
            QueryKeyNorm = source.RmsNorm(),
            QueryKeyNormScope = HeadNormScope.SharedByHeads,
            ValueNorm = source.RmsNorm() with { Weighted = false },
            ValuesAreKeys = keysAreValues,
        };
    }

    private static (int Heads, int HeadDim, bool KeysAreValues) Heads(FamilySource source, int layer, bool windowed)
    {
        if (source.Gguf is { } gguf)
        {
            return (gguf.KeyValueHeadsByLayer[layer], windowed ? gguf.Integer("attention.key_length_swa", 2, 1024, source.HeadDim) : source.HeadDim,
                !gguf.Has($"blk.{layer}.attn_v.weight") && gguf.Has($"blk.{layer}.attn_k.weight"));
        }

        JsonFields fields = source.Config!.Fields;
        bool keysAreValues = !windowed && fields.Flag("attention_k_eq_v", absent: false);
        int heads = keysAreValues ? fields.Integer("num_global_key_value_heads", 1, 4096, source.KeyValueHeads) : source.KeyValueHeads;
        string own = layer.ToString(CultureInfo.InvariantCulture);
        bool stated = fields.Has("per_layer_config");
        int headDim = windowed ? source.HeadDim : fields.Integer("global_head_dim", 2, 1024, stated ? source.HeadDim : UsualGlobalHeadDim);
        if (stated && fields.Object("per_layer_config") is var layers && layers.Has(own))
        {
            headDim = layers.Object(own).Integer("head_dim", 2, 1024, headDim);
            heads = layers.Object(own).Integer("num_key_value_heads", 1, 4096, heads);
        }

        return source.QueryHeads % heads == 0 && headDim % 2 == 0 ? (heads, headDim, keysAreValues)
            : throw fields.Error($"layer {layer} has {heads} key-value heads of {headDim} elements, expected a divisor of {source.QueryHeads} and an even number");
    }

    private (RotationDescription Full, RotationDescription Windowed) Rotations(FamilySource source)
    {
        if (source.Config is { } config)
        {
            const string Kind = "full_attention";
            JsonFields both = config.Fields.Object("rope_parameters");
            var rope = new RopeFields(both, ($"rope_parameters.{Kind}", RopeFields.Object(both, Kind)));
            int global = Enumerable.Range(0, source.LayerCount).Zip(Windows(source), static (layer, window) => (Layer: layer, Window: window))
                .Where(static one => one.Window is null).Select(one => Heads(source, one.Layer, windowed: false).HeadDim).FirstOrDefault(source.HeadDim);
            return (rope.Read(Defaults, global, source.Context), LayerRotations.Read(config, Defaults, Defaults with { Theta = 10_000 }).Windowed);
        }

        GgufSource gguf = source.Gguf!;
        int width = gguf.Integer("rope.dimension_count_swa", 2, 1024, gguf.Integer("attention.key_length_swa", 2, 1024, source.HeadDim));
        double theta = gguf.Metadata.Number(gguf.Key("rope.freq_base_swa"), 0, 1e12, 10_000);
        return (gguf.Rotation, new RotationDescription(width, RotaryPairing.Halves, theta, new RopeScaling.None()));
    }

    private static IReadOnlyList<int?> Windows(FamilySource source)
    {
        if (source.Config is not { } config)
        {
            return source.Gguf!.Windows(static layer => (layer + 1) % UsualPeriod != 0);
        }

        int? window = config.Window(512);
        bool[] windowed = config.WindowedLayers()
            ?? [.. Enumerable.Range(0, source.LayerCount).Select(layer => (layer + 1) % UsualPeriod != 0 && layer != source.LayerCount - 1)];
        return [.. windowed.Select(has => has ? window : null)];
    }

    /// <summary>The last layers read what the last layer of their kind before them has cached.</summary>
    private static int?[] Readers(FamilySource source, IReadOnlyList<int?> windows)
    {
        const string Field = "num_kv_shared_layers", Key = "attention.shared_kv_layers";
        int shared = source.Config?.Fields.Integer(Field, 0, source.LayerCount, 0) ?? source.Gguf!.Integer(Key, 0, source.LayerCount, 0);
        int first = source.LayerCount - shared;
        var reads = new int?[source.LayerCount];
        for (int layer = first; layer < source.LayerCount; layer++)
        {
            int owner = first - 1;
            while (owner >= 0 && windows[owner] is null != windows[layer] is null)
            {
                owner--;
            }

            string problem = $"fewer: layer {layer} would have to read its own cache or a later one's, as no layer of its kind is before layer {first}";
            reads[layer] = owner >= 0 ? owner
                : source.Config is { } config ? throw config.Fields.Wrong(Field, $"{shared}", problem)
                : throw source.Gguf!.Metadata.Wrong(source.Gguf.Key(Key), problem);
        }

        return reads;
    }

    private static int Width(FamilySource source, int layer, bool reads)
    {
        if (source.Gguf is { } gguf)
        {
            return gguf.ByLayer("feed_forward_length", 1, 1 << 20)[layer];
        }

        return source.FeedForwardWidth * (reads && source.Config!.Fields.Flag("use_double_wide_mlp", absent: false) ? 2 : 1);
    }

    private static PerLayerInputDescription? Input(FamilySource source)
    {
        int width = source.Config?.Fields.Integer("hidden_size_per_layer_input", 0, 1 << 16, 0)
            ?? source.Gguf!.Integer("embedding_length_per_layer_input", 0, 1 << 16, 0);
        int vocabulary = source.Config?.Fields.Integer("vocab_size_per_layer_input", 1, 1 << 24, source.Vocabulary) ?? source.Vocabulary;
        if (width > 0 && vocabulary < source.Vocabulary && source.Config is { } config)
        {
            throw config.Fields.Unsupported("vocab_size_per_layer_input", $"at least vocab_size, {source.Vocabulary}");
        }

        return width == 0 ? null : new PerLayerInputDescription(width, Activation(source), source.RmsNorm(), vocabulary);
    }

    private static ExpertsDescription? Experts(FamilySource source)
    {
        bool enabled = source.Config?.Fields.Flag("enable_moe_block", absent: false) ?? true;
        if (!enabled || Mixture.Count(source) is not (> 0 and var count))
        {
            return null;
        }

        return new ExpertsDescription
        {
            Count = count,
            Chosen = Mixture.Chosen(source, count, "top_k_experts"),
            Width = Mixture.Width(source),
            Activation = Activation(source),
            Norm = source.RmsNorm(),
            OutputNorm = source.RmsNorm(),
            DenseOutputNorm = source.RmsNorm(),
            Router = new RouterDescription
            {
                Scores = RouterScores.Softmax,
                Renormalise = true,
                InputNorm = source.RmsNorm(),
                ExpertScale = true,
            },
        };
    }
}
