namespace KvCompose.Models.Networks.Families;

/// <summary>Qwen 3.5, dense and with experts: three layers of Gated DeltaNet for every one that attends, whose output is gated.</summary>
internal sealed class Qwen35 : Family
{
    public override string Name => "Qwen3.5";

    public override IReadOnlyList<string> ModelTypes => ["qwen3_5_text", "qwen3_5", "qwen3_5_moe_text", "qwen3_5_moe"];

    public override IReadOnlyList<string> Architectures => ["qwen35", "qwen35moe"];

    public override NameOverrides GgufNames => DeltaLayers.GgufNames;

    public override FamilyDefaults Defaults => DeltaLayers.Defaults;

    public override NetworkDescription Describe(FamilySource source) => DeltaLayers.Describe(source, Name, tiledInGguf: true);
}
