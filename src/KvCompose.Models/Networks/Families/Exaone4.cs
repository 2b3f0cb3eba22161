namespace KvCompose.Models.Networks.Families;

/// <summary>EXAONE 4: norms behind the blocks, queries and keys normalised by head; where there are windows, layers without one do not rotate.</summary>
internal sealed class Exaone4 : Family
{
    public override string Name => "EXAONE 4";

    public override IReadOnlyList<string> ModelTypes => ["exaone4"];

    public override IReadOnlyList<string> Architectures => ["exaone4"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 65_536,
        Theta = 1_000_000,
        Epsilon = 1e-5,
        Reads = ["sliding_window"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        LayerDescription layer = Olmo2.PostNorm(source);
        layer = layer with
        {
            Attention = layer.Attention! with { QueryKeyNorm = source.RmsNorm(), QueryKeyNormScope = HeadNormScope.SharedByHeads },
        };
        IReadOnlyList<int?> windows = Windows(source);
        bool some = windows.Any(static window => window is not null);
        return source.Network(Name, [.. Windowed(layer, windows)
            .Select(one => some && one.Attention!.Window is null ? one with { Attention = one.Attention with { Rotation = null } } : one)]);
    }

    private static IReadOnlyList<int?> Windows(FamilySource source)
    {
        if (source.Config is not { } config)
        {
            return source.Gguf!.Windows(static layer => (layer + 1) % 4 != 0);
        }

        int? window = config.Window();
        int period = config.Fields.Has("sliding_window_pattern") && config.Fields["sliding_window_pattern"].ValueKind == System.Text.Json.JsonValueKind.Number
            ? config.Fields.Integer("sliding_window_pattern", 1, 4096) : 4;
        bool[] windowed = config.WindowedLayers() ?? [.. Enumerable.Range(0, source.LayerCount).Select(layer => (layer + 1) % period != 0)];
        return [.. windowed.Select(has => has ? window : null)];
    }
}
