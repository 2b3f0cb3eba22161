namespace KvCompose.Models.Networks.Families;

/// <summary>Command-R7B and Command A: as Command-R, with windows in three of four layers, which alone rotate.</summary>
internal sealed class Cohere2 : Family
{
    public override string Name => "Command-R7B";

    public override IReadOnlyList<string> ModelTypes => ["cohere2"];

    public override IReadOnlyList<string> Architectures => ["cohere2"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 8192,
        Theta = 10_000,
        Epsilon = 1e-5,
        Tied = true,
        LayerNorm = true,
        Pairing = RotaryPairing.Neighbours,
        Reads = ["attention_bias", "logit_scale", "sliding_window"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        var norm = new NormDescription(NormKind.Layer, source.Epsilon);
        LayerDescription layer = source.PreNormLayer();
        layer = layer with
        {
            Attention = Gemma1.WithBias(layer.Attention!, source),
            AttentionNorm = norm,
            FeedForwardNorm = null,
            Parallel = true,
        };
        IReadOnlyList<int?> windows = Windows(source);
        return source.Network(Name, [.. Windowed(layer, windows)
            .Select(one => one.Attention!.Window is null ? one with { Attention = one.Attention with { Rotation = null } } : one)], norm) with
        {
            LogitMultiplier = (float)source.Number("logit_scale", "logit_scale", 0.0625),
        };
    }

    private static IReadOnlyList<int?> Windows(FamilySource source)
    {
        if (source.Config is not { } config)
        {
            return source.Gguf!.Windows(static layer => (layer + 1) % 4 != 0);
        }

        int period = config.Fields.Integer("sliding_window_pattern", 1, 4096, 4);
        int window = config.Window(4096) ?? throw config.Fields.Unsupported("sliding_window", "a number of tokens");
        bool[] windowed = config.WindowedLayers() ?? [.. Enumerable.Range(0, source.LayerCount).Select(layer => (layer + 1) % period != 0)];
        return [.. windowed.Select(has => has ? window : (int?)null)];
    }
}
