namespace KvCompose.Models.Networks.Families;

/// <summary>Reads one family's hyper-parameters into a description, and refuses what it does not know.</summary>
internal abstract class Family
{
    /// <summary>As a person would name it.</summary>
    public abstract string Name { get; }

    /// <summary>Values of model_type in config.json.</summary>
    public abstract IReadOnlyList<string> ModelTypes { get; }

    /// <summary>Values of general.architecture in a GGUF file.</summary>
    public abstract IReadOnlyList<string> Architectures { get; }

    public abstract FamilyDefaults Defaults { get; }

    /// <summary>Names of tensors in a folder that are not the most usual ones.</summary>
    public virtual NameOverrides? FolderNames => null;

    /// <summary>Names of tensors in a GGUF file that are not the most usual ones.</summary>
    public virtual NameOverrides? GgufNames => null;

    public abstract NetworkDescription Describe(FamilySource source);

    /// <summary>The windows of the layers; null for a layer that sees all.</summary>
    protected static IReadOnlyList<LayerDescription> Windowed(LayerDescription layer, IReadOnlyList<int?> windows)
        => [.. windows.Select(window => layer with { Attention = layer.Attention! with { Window = window } })];
}
