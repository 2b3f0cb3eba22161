namespace KvCompose.Models.Networks.Families;

/// <summary>Qwen3-Next: as Qwen 3.5 with experts, but for tensors that hold several projections.</summary>
internal sealed class Qwen3Next : Family
{
    public override string Name => "Qwen3-Next";

    public override IReadOnlyList<string> ModelTypes => ["qwen3_next"];

    public override IReadOnlyList<string> Architectures => ["qwen3next"];

    public override NameOverrides GgufNames => DeltaLayers.GgufNames;

    public override FamilyDefaults Defaults => DeltaLayers.Defaults;

    public override NetworkDescription Describe(FamilySource source) => DeltaLayers.Describe(source, Name, tiledInGguf: false);
}
