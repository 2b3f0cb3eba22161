namespace KvCompose.Models.Networks.Families;

/// <summary>What a family means by a field that a file leaves out.</summary>
internal sealed record FamilyDefaults
{
    public int? HeadDim { get; init; }

    public int Context { get; init; } = 2048;

    public double Theta { get; init; } = 10_000;

    public double Epsilon { get; init; } = 1e-6;

    public bool Tied { get; init; }

    public double RotaryShare { get; init; } = 1;

    /// <summary>Whether normalisations are layer norms: their ε has another name.</summary>
    public bool LayerNorm { get; init; }

    /// <summary>The field of config.json that holds a norm's ε; null for the usual one.</summary>
    public string? EpsilonField { get; init; }

    /// <summary>Whether layers may have experts.</summary>
    public bool Experts { get; init; }

    /// <summary>Whether a partial rotation may be stated.</summary>
    public bool PartialRotation { get; init; }

    /// <summary>Whether the rows of queries and keys stand in a GGUF file so that neighbours turn together.</summary>
    public bool PermutedInGguf { get; init; }

    /// <summary>Which elements turn together in the family's own files.</summary>
    public RotaryPairing Pairing { get; init; }

    /// <summary>Whether bounds of YaRN are rounded where a file does not say.</summary>
    public bool TruncatesYarn { get; init; } = true;

    /// <summary>Fields of config.json that the family reads beyond those of all.</summary>
    public string[] Reads { get; init; } = [];

    /// <summary>Sizes of a published file that leaves them out, by field.</summary>
    public IReadOnlyDictionary<string, int> Sizes { get; init; } = new Dictionary<string, int>();
}
