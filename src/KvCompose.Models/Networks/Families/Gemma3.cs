using KvCompose.Models.Json;

namespace KvCompose.Models.Networks.Families;

/// <summary>Gemma 3, text: Gemma 2 with norms of queries and keys, without soft cap of scores, and two rotations.</summary>
internal sealed class Gemma3 : Family
{
    private const int LargestLayers = 62;
    private const double WindowTheta = 10_000;

    public override string Name => "Gemma 3";

    public override IReadOnlyList<string> ModelTypes => ["gemma3_text", "gemma3"];

    public override IReadOnlyList<string> Architectures => ["gemma3"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        HeadDim = 256,
        Context = 131_072,
        Theta = 1_000_000,
        Tied = true,

        // The reference stores the cap of scores of this family and does not apply it.
        Reads = ["attention_bias", "attn_logit_softcapping", "final_logit_softcapping", "query_pre_attn_scalar", "sliding_window"],
        Sizes = new Dictionary<string, int>
        {
            ["num_attention_heads"] = 8,
            ["num_key_value_heads"] = 4,
            ["hidden_size"] = 2304,
            ["intermediate_size"] = 9216,
            ["num_hidden_layers"] = 26,
            ["vocab_size"] = 262_208,
        },
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        (RotationDescription full, RotationDescription windowed) = Rotations(source);
        LayerDescription layer = Gemma2.Layer(source, LargestLayers, full);
        layer = layer with
        {
            Attention = layer.Attention! with
            {
                QueryKeyNorm = Gemma1.Norm(source),
                QueryKeyNormScope = HeadNormScope.SharedByHeads,
            },
        };
        LayerDescription[] layers = [.. Windowed(layer, Windows(source)).Select(one => one with
        {
            Attention = one.Attention! with { Rotation = one.Attention!.Window is null ? full : windowed },
        })];
        return Gemma2.Network(source, Name, layers) with
        {
            LogitSoftCap = source.Cap("final_logit_softcapping", "final_logit_softcapping", null),
        };
    }

    private (RotationDescription Full, RotationDescription Windowed) Rotations(FamilySource source)
    {
        if (source.Config is not { } config)
        {
            GgufSource gguf = source.Gguf!;
            double theta = gguf.Metadata.Number(gguf.Key("rope.freq_base_swa"), 0, 1e12, WindowTheta);
            return (gguf.Rotation, gguf.Rotation with { Theta = theta, Scaling = new RopeScaling.None() });
        }

        JsonFields fields = config.Fields;
        FamilyDefaults windowDefaults = Defaults with { Theta = WindowTheta };
        if (RopeFields.Object(fields, "rope_parameters") is { } both && (both.Has("full_attention") || both.Has("sliding_attention")))
        {
            if (both.Names.FirstOrDefault(static name => name is not ("full_attention" or "sliding_attention")) is { } other)
            {
                throw both.Wrong(other, both.Shown(other), "only full_attention and sliding_attention beside each other");
            }

            // Older fields beside the newer ones must not contradict them.
            return (
                config.ReadRotation(
                    new RopeFields(
                        fields, ("rope_parameters.full_attention", RopeFields.Object(both, "full_attention")),
                        ("rope_scaling", RopeFields.Object(fields, "rope_scaling"))),
                    Defaults),
                WithLocal(
                    fields, config.ReadRotation(
                        new RopeFields(both, ("rope_parameters.sliding_attention", RopeFields.Object(both, "sliding_attention"))),
                        windowDefaults),
                    stated: both.Has("sliding_attention")));
        }

        RotationDescription full = source.Rotation;
        return (full, WithLocal(fields, full with { Theta = WindowTheta, Scaling = new RopeScaling.None() }, stated: false));
    }

    private static RotationDescription WithLocal(JsonFields fields, RotationDescription windowed, bool stated)
    {
        const string Field = "rope_local_base_freq";
        double theta = fields.Number(Field, 0, 1e12, windowed.Theta);
        return stated && theta != windowed.Theta
            ? throw fields.Wrong(Field, $"{theta:R}", $"the same as in rope_parameters.sliding_attention, {windowed.Theta:R}")
            : windowed with { Theta = theta };
    }

    private static IReadOnlyList<int?> Windows(FamilySource source)
    {
        if (source.Config is not { } config)
        {
            return source.Gguf!.Windows(static layer => (layer + 1) % 6 != 0);
        }

        int period = config.Fields.Integer("sliding_window_pattern", 1, 4096, 6);
        int? window = config.Window(4096);
        bool[] windowed = config.WindowedLayers()
            ?? [.. Enumerable.Range(0, source.LayerCount).Select(layer => (layer + 1) % period != 0)];
        return [.. windowed.Select(has => has ? window : null)];
    }
}
