namespace KvCompose;

/// <summary>
/// KeyDiff: tokens whose keys are unlike the others. score(j) = −cos(k_j, a) with the anchor a = mean_j k_j/‖k_j‖; no attention is observed. While
/// decoding, the anchor is that of the keys which the head holds.
/// Source: Park et al., "KeyDiff: Key Similarity-Based KV Cache Eviction for Long-Context LLM Inference in Resource-Constrained Environments",
/// arXiv 2504.15364.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.AnchorCosine | AttentionStatistics.ResidentKeys,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Phases = StagePhases.Prefill | StagePhases.Decode,
    Lossy = true,
    Source = "arXiv 2504.15364")]
public readonly struct KeyDiff : IDecodeEviction<KeyDiff>
{
    /// <summary>Tokens at the start of the prompt that are always kept; the published method protects none.</summary>
    [StageOption(0, Minimum = 0, Maximum = 4096, Role = OptionRole.Sinks)]
    public int Sinks { get; init; }

    /// <summary>Recent tokens that are always kept; the published method protects none.</summary>
    [StageOption(0, Minimum = 0, Maximum = 65_536, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>Whether a head above its budget gives up the token most like the others while decoding; else the cache grows.</summary>
    [StageOption(true, Role = OptionRole.DecodeEviction)]
    public bool Evict { get; init; }

    /// <inheritdoc/>
    public static float Score(in KeyDiff options, in TokenStatistics token) => -token.AnchorCosine;

    /// <inheritdoc/>
    public static float Retain(in KeyDiff options, in ResidentToken token) => -token.AnchorCosine;
}

/// <summary>Declares <see cref="KeyDiff"/>.</summary>
public sealed class KeyDiffAttribute : TokenSelectionAttribute<KeyDiff>
{
    /// <inheritdoc cref="KeyDiff.Sinks"/>
    public int Sinks { get; set; }

    /// <inheritdoc cref="KeyDiff.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="KeyDiff.Evict"/>
    public bool Evict { get; set; }
}
