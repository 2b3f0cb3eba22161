namespace KvCompose.Models.Networks.Families;

/// <summary>OLMo 2, and OLMo 3 as GGUF has it: norms after the blocks instead of before them, queries and keys normalised over all heads.</summary>
internal sealed class Olmo2 : Family
{
    public override string Name => "OLMo 2";

    public override IReadOnlyList<string> ModelTypes => ["olmo2"];

    public override IReadOnlyList<string> Architectures => ["olmo2"];

    public override FamilyDefaults Defaults { get; } = new() { Epsilon = 1e-5, Reads = ["attention_bias"] };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        IReadOnlyList<int?> windows = source.Gguf?.Windows(static _ => true) ?? [.. Enumerable.Repeat<int?>(null, source.LayerCount)];
        RotationDescription windowed = source.Rotation with { Scaling = new RopeScaling.None() };
        return source.Network(windows.Any(static window => window is not null) ? "OLMo 3" : Name, [.. Windowed(Layer(source), windows)
            .Select(layer => layer.Attention!.Window is null ? layer : layer with { Attention = layer.Attention! with { Rotation = windowed } })]);
    }

    /// <summary>The layer that OLMo 2 and 3 share.</summary>
    public static LayerDescription Layer(FamilySource source, RotationDescription? rotation = null)
    {
        LayerDescription layer = PostNorm(source, rotation);
        return layer with
        {
            Attention = Gemma1.WithBias(layer.Attention!, source) with
            {
                QueryKeyNorm = source.RmsNorm(),
                QueryKeyNormScope = HeadNormScope.AllHeads,
            },
        };
    }

    /// <summary>Norms behind attention and feed-forward block, none before them.</summary>
    public static LayerDescription PostNorm(FamilySource source, RotationDescription? rotation = null) => source.PreNormLayer(rotation) with
    {
        AttentionNorm = null,
        AttentionOutputNorm = source.RmsNorm(),
        FeedForwardNorm = null,
        FeedForwardOutputNorm = source.RmsNorm(),
    };
}
