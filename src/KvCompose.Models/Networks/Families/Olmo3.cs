namespace KvCompose.Models.Networks.Families;

/// <summary>OLMo 3: OLMo 2 with windows in three of four layers. YaRN stretches only the others.</summary>
internal sealed class Olmo3 : Family
{
    public override string Name => "OLMo 3";

    public override IReadOnlyList<string> ModelTypes => ["olmo3"];

    public override IReadOnlyList<string> Architectures => [];

    public override FamilyDefaults Defaults { get; } = new()
    {
        Epsilon = 1e-5,
        Theta = 500_000,
        Context = 65_536,
        Reads = ["attention_bias", "sliding_window"],
    };

    public override NetworkDescription Describe(FamilySource source)
    {
        ConfigSource config = source.Config!;
        (RotationDescription full, RotationDescription windowed) = LayerRotations.Read(config, Defaults, Defaults);
        int? window = config.Window(4096);
        bool[] stated = config.WindowedLayers() ?? [.. Enumerable.Range(0, source.LayerCount).Select(static layer => (layer + 1) % 4 != 0)];
        LayerDescription layer = Olmo2.Layer(source, full);
        return source.Network(Name, [.. Windowed(layer, [.. stated.Select(has => has ? window : null)])
            .Select((one, i) => stated[i] ? one with { Attention = one.Attention! with { Rotation = windowed } } : one)]);
    }
}
