namespace KvCompose;

/// <summary>
/// H2O: the heavy hitters, tokens that collected most attention from all queries so far, and the recent ones. score(h, j) = Σ over all
/// rows i ≥ j of softmax(q·k/√d), causal; every decode step adds its own, and a head above its budget gives up what collected least.
/// Source: Zhang et al., "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language Models", NeurIPS 2023,
/// arXiv 2306.14048.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.AllRowsSum | AttentionStatistics.DecodeProbabilities | AttentionStatistics.CollectedProbabilities,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores,
    Phases = StagePhases.Prefill | StagePhases.Decode,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2306.14048")]
public readonly struct H2o : IDecodeEviction<H2o>
{
    /// <summary>Recent tokens that are always kept.</summary>
    [StageOption(32, Minimum = 1, Maximum = 65_536, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>How the scores of a group's query heads become one.</summary>
    [StageOption(GroupReduction.Sum, Role = OptionRole.Reduction)]
    public GroupReduction Reduction { get; init; }

    /// <summary>Whether the cache stays within its budget while decoding; else it grows from what the prompt left.</summary>
    [StageOption(true, Role = OptionRole.DecodeEviction)]
    public bool Evict { get; init; }

    /// <inheritdoc/>
    public static float Score(in H2o options, in TokenStatistics token) => token.AllRowsSum;

    /// <inheritdoc/>
    public static float Retain(in H2o options, in ResidentToken token) => token.Collected;
}

/// <summary>Declares <see cref="H2o"/>.</summary>
public sealed class H2oAttribute : TokenSelectionAttribute<H2o>
{
    /// <inheritdoc cref="H2o.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="H2o.Reduction"/>
    public GroupReduction Reduction { get; set; }

    /// <inheritdoc cref="H2o.Evict"/>
    public bool Evict { get; set; }
}
