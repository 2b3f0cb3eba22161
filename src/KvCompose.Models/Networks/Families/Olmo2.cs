namespace KvCompose.Models.Networks.Families;

/// <summary>OLMo 2: norms after the blocks instead of before them, queries and keys normalised over all heads.</summary>
internal sealed class Olmo2 : Family
{
    public override string Name => "OLMo 2";

    public override IReadOnlyList<string> ModelTypes => ["olmo2"];

    public override IReadOnlyList<string> Architectures => ["olmo2"];

    public override FamilyDefaults Defaults { get; } = new() { Epsilon = 1e-5, Reads = ["attention_bias"] };

    public override NetworkDescription Describe(FamilySource source)
    {
        source.Config?.RejectWindows();
        LayerDescription layer = source.PreNormLayer();
        return source.Network(Name, Windowed(
            layer with
            {
                Attention = Gemma1.WithBias(layer.Attention, source) with
                {
                    QueryKeyNorm = source.RmsNorm(),
                    QueryKeyNormScope = HeadNormScope.AllHeads,
                },
                AttentionNorm = null,
                AttentionOutputNorm = source.RmsNorm(),
                FeedForwardNorm = null,
                FeedForwardOutputNorm = source.RmsNorm(),
            },
            source.Gguf?.Windows(static _ => true) ?? [.. Enumerable.Repeat<int?>(null, source.LayerCount)]));
    }
}
