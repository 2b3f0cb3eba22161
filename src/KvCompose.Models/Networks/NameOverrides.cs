namespace KvCompose.Models.Networks;

/// <summary>Names of tensors in which a family differs from the most usual ones of a format.</summary>
internal sealed record NameOverrides(params (LayerPart Part, string Name)[] Parts)
{
    /// <summary>The norm before the head, without the file's prefix; null for the usual name.</summary>
    public string? FinalNorm { get; init; }

    /// <summary>See <see cref="TensorNames.TransposedExperts"/>.</summary>
    public bool TransposedExperts { get; init; }

    public string? Find(LayerPart part)
    {
        foreach ((LayerPart own, string name) in Parts)
        {
            if (own == part)
            {
                return name;
            }
        }

        return null;
    }
}
