using System.Text.Json;

namespace KvCompose.Models.Networks.Families;

/// <summary>SmolLM3: Llama in which every fourth layer does not rotate.</summary>
internal sealed class SmolLm3 : Family
{
    private const int UsualInterval = 4;

    public override string Name => "SmolLM3";

    public override IReadOnlyList<string> ModelTypes => ["smollm3"];

    public override IReadOnlyList<string> Architectures => ["smollm3"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 32_768,
        Theta = 2_000_000,
        Tied = true,
        PermutedInGguf = true,
        Reads =
        [
            "attention_bias", "mlp_bias", "no_rope_layers", "no_rope_layer_interval", "sliding_window", "use_sliding_window",
        ],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        LayerDescription layer = Llama.Layer(source);
        bool[] rotates = Rotating(source);
        IReadOnlyList<int?> windows = Windows(source, rotates);
        return source.Network(Name, [.. Windowed(layer, windows).Select((one, i) => rotates[i]
            ? one
            : one with { Attention = one.Attention! with { Rotation = null } })]);
    }

    /// <summary>no_rope_layers holds 1 for a layer that does rotate.</summary>
    private static bool[] Rotating(FamilySource source)
    {
        int interval = source.Config?.Fields.Integer("no_rope_layer_interval", 1, 4096, UsualInterval) ?? UsualInterval;
        if (source.Config?.Fields is not { } fields || !fields.Has("no_rope_layers"))
        {
            return [.. Enumerable.Range(0, source.LayerCount).Select(layer => (layer + 1) % interval != 0)];
        }

        int[] flags = fields["no_rope_layers"].ValueKind == JsonValueKind.Array ? fields.IntegerOrList("no_rope_layers", 0, 1) : [];
        return flags.Length == source.LayerCount
            ? [.. flags.Select(static flag => flag == 1)]
            : throw fields.Wrong("no_rope_layers", fields.Shown("no_rope_layers"), $"a list of 0 or 1 for each of {source.LayerCount} layers");
    }

    private static IReadOnlyList<int?> Windows(FamilySource source, bool[] rotates)
    {
        if (source.Config is not { } config)
        {
            return source.Gguf!.Windows(layer => !rotates[layer]);
        }

        bool[]? stated = config.WindowedLayers();
        int? window = config.Fields.Flag("use_sliding_window", absent: false) ? config.Window() : null;
        if (window is null && stated is not null && stated.Contains(true))
        {
            throw config.Fields.Wrong("layer_types", "sliding_attention", "full_attention where no window is in use");
        }

        return [.. Enumerable.Range(0, source.LayerCount).Select(layer => (stated is null ? !rotates[layer] : stated[layer]) ? window : null)];
    }
}
