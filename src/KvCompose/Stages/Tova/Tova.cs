namespace KvCompose;

/// <summary>
/// TOVA: tokens that the last query attends to, the same under all heads. score(j) = mean over all query heads of softmax(q·k/√d) in the last row. While
/// decoding, a layer above its budget gives up the token that the step attended to least.
/// Source: Oren et al., "Transformers are Multi-State RNNs", EMNLP 2024, arXiv 2401.06104.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.DecodeProbabilities,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Phases = StagePhases.Prefill | StagePhases.Decode,
    Reduction = GroupReduction.Mean,
    SharesScores = true,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2401.06104")]
public readonly struct Tova : IDecodeEviction<Tova>
{
    /// <summary>Last tokens, whose attention is observed and which are always kept; the published method has one.</summary>
    [StageOption(1, Minimum = 1, Maximum = 1024, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>Whether the cache stays within its budget while decoding; else it grows from what the prompt left.</summary>
    [StageOption(true, Role = OptionRole.DecodeEviction)]
    public bool Evict { get; init; }

    /// <inheritdoc/>
    public static float Score(in Tova options, in TokenStatistics token) => token.WindowSum;

    /// <inheritdoc/>
    public static float Retain(in Tova options, in ResidentToken token) => token.Probability;
}

/// <summary>Declares <see cref="Tova"/>.</summary>
public sealed class TovaAttribute : TokenSelectionAttribute<Tova>
{
    /// <inheritdoc cref="Tova.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="Tova.Evict"/>
    public bool Evict { get; set; }
}
