namespace KvCompose.Models.Networks.Families;

/// <summary>Mistral 7B, Nemo, Small: Llama with one window for all layers. Its GGUF files say they are Llama, and lose the window.</summary>
internal sealed class Mistral : Family
{
    private const int UsualWindow = 4096;

    public override string Name => "Mistral";

    public override IReadOnlyList<string> ModelTypes => ["mistral"];

    public override IReadOnlyList<string> Architectures => [];

    public override FamilyDefaults Defaults { get; } = new() { Context = 131_072, Reads = ["sliding_window"] };

    public override NetworkDescription Describe(FamilySource source)
    {
        LayerDescription layer = source.PreNormLayer();
        return source.Network(Name, layer with { Attention = layer.Attention! with { Window = source.Config!.Window(UsualWindow) } });
    }
}
