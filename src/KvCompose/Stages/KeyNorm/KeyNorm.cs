namespace KvCompose;

/// <summary>
/// KeyNorm: tokens whose keys are short, for these collect attention. score(j) = −‖k_j‖₂ of the rotated key; no attention is observed.
/// Source: Devoto et al., "A Simple and Effective L2 Norm-Based Strategy for KV Cache Compression", EMNLP 2024, arXiv 2406.11430.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.KeyNorm | AttentionStatistics.ResidentKeys,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Phases = StagePhases.Prefill | StagePhases.Decode,
    Lossy = true,
    Source = "arXiv 2406.11430")]
public readonly struct KeyNorm : IDecodeEviction<KeyNorm>
{
    /// <summary>Tokens at the start of the prompt that are always kept; the published method protects none.</summary>
    [StageOption(0, Minimum = 0, Maximum = 4096, Role = OptionRole.Sinks)]
    public int Sinks { get; init; }

    /// <summary>Recent tokens that are always kept; the published method protects none.</summary>
    [StageOption(0, Minimum = 0, Maximum = 65_536, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>Whether a head above its budget gives up the token with the longest key while decoding; else the cache grows.</summary>
    [StageOption(false, Role = OptionRole.DecodeEviction)]
    public bool Evict { get; init; }

    /// <inheritdoc/>
    public static float Score(in KeyNorm options, in TokenStatistics token) => -token.KeyNorm;

    /// <inheritdoc/>
    public static float Retain(in KeyNorm options, in ResidentToken token) => -token.KeyNorm;
}

/// <summary>Declares <see cref="KeyNorm"/>.</summary>
public sealed class KeyNormAttribute : TokenSelectionAttribute<KeyNorm>
{
    /// <inheritdoc cref="KeyNorm.Sinks"/>
    public int Sinks { get; set; }

    /// <inheritdoc cref="KeyNorm.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="KeyNorm.Evict"/>
    public bool Evict { get; set; }
}
