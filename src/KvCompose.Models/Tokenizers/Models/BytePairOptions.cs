namespace KvCompose.Models.Tokenizers.Models;

/// <summary>What a BPE model does beside merging.</summary>
internal sealed record BytePairOptions
{
    /// <summary>The token of a symbol that the vocabulary lacks; null drops it.</summary>
    public int? Unknown { get; init; }

    /// <summary>Whether such a symbol is an error, as the file names a token for it that the vocabulary lacks.</summary>
    public bool RefusesUnknown { get; init; }

    /// <summary>Whether neighbouring unknown symbols become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Whether an unknown symbol becomes the tokens of its bytes, where all are there.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a piece that is a token is taken whole.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Put before every symbol of a piece but the first.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>Put after the last symbol of a piece.</summary>
    public string EndSuffix { get; init; } = "";
}
