namespace KvCompose.Models.Networks.Families;

/// <summary>Phi 3, 3.5 and 4-mini: projections in one tensor, a part of each head rotated, LongRoPE.</summary>
internal sealed class Phi3 : Family
{
    public override string Name => "Phi-3";

    public override IReadOnlyList<string> ModelTypes => ["phi3"];

    public override IReadOnlyList<string> Architectures => ["phi3"];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Context = 4096,
        Epsilon = 1e-5,
        PartialRotation = true,
        Reads = ["sliding_window"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        LayerDescription layer = source.PreNormLayer();
        IReadOnlyList<int?> windows = source.Config is { } config
            ? [.. Enumerable.Repeat(config.Window(), source.LayerCount)]
            : source.Gguf!.Windows(static _ => true);
        return source.Network(Name, Windowed(layer, windows));
    }
}
