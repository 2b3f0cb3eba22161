namespace KvCompose.Models.Networks.Families;

/// <summary>Qwen 2 and 2.5: Llama with biases of queries, keys and values, and a window that is switched off as a rule.</summary>
internal sealed class Qwen2 : Family
{
    public override string Name => "Qwen2";

    public override IReadOnlyList<string> ModelTypes => ["qwen2"];

    public override IReadOnlyList<string> Architectures => ["qwen2"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 32_768,
        Reads = ["sliding_window", "use_sliding_window", "attention_bias"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        if (source.Config is { } config && !config.Fields.Flag("attention_bias", absent: true))
        {
            throw config.Fields.Unsupported("attention_bias", "true, as every model of this family has the biases");
        }

        LayerDescription layer = source.PreNormLayer();
        layer = layer with { Attention = layer.Attention! with { InputBias = true } };
        return source.Network(Name, Windowed(layer, Windows(source)));
    }

    /// <summary>
    /// sliding_window holds only where use_sliding_window is true, and then for the layers that layer_types names, else for those
    /// from max_window_layers on.
    /// </summary>
    public static IReadOnlyList<int?> Windows(FamilySource source)
    {
        if (source.Config is not { } config)
        {
            return source.Gguf!.Windows(static _ => true);
        }

        bool[]? windowed = config.WindowedLayers();
        if (!config.Fields.Flag("use_sliding_window", absent: false) || config.Window(4096) is not { } window)
        {
            return windowed is not null && windowed.Contains(true)
                ? throw config.Fields.Wrong("layer_types", "sliding_attention", "full_attention where use_sliding_window is false")
                : [.. Enumerable.Repeat<int?>(null, source.LayerCount)];
        }

        int first = config.Fields.Integer("max_window_layers", 0, int.MaxValue, 28);
        return [.. Enumerable.Range(0, source.LayerCount).Select(
            layer => (windowed is null ? layer >= first : windowed[layer]) ? window : (int?)null)];
    }
}
