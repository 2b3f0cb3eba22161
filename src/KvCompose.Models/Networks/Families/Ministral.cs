namespace KvCompose.Models.Networks.Families;

/// <summary>Ministral: Mistral with windows by layer.</summary>
internal sealed class Ministral : Family
{
    private const int UsualWindow = 4096;

    public override string Name => "Ministral";

    public override IReadOnlyList<string> ModelTypes => ["ministral"];

    public override IReadOnlyList<string> Architectures => [];

    public override FamilyDefaults Defaults { get; } = new() { Context = 131_072, Reads = ["sliding_window"] };

    public override NetworkDescription Describe(FamilySource source)
    {
        ConfigSource config = source.Config!;
        int? window = config.Window(UsualWindow);
        bool[] windowed = config.WindowedLayers() ?? [.. Enumerable.Repeat(window is not null, source.LayerCount)];
        if (window is null && windowed.Contains(true))
        {
            throw config.Fields.Wrong("sliding_window", "null", "the window of the layers that layer_types calls sliding_attention");
        }

        return source.Network(Name, Windowed(source.PreNormLayer(), [.. windowed.Select(has => has ? window : null)]));
    }
}
