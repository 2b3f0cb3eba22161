namespace KvCompose;

/// <summary>
/// Observed attention: tokens that the rows which see them attend to on average. score(h, j) = Σ_{i ≥ j} softmax(q·k/√d) / (n − j), mean over the group.
/// H2O's sums, without their preference for early tokens.
/// Source of the sums: Zhang et al., "H2O: Heavy-Hitter Oracle for Efficient Generative Inference of Large Language Models", arXiv 2306.14048.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.AllRowsMean,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Reduction = GroupReduction.Mean,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2306.14048")]
public readonly struct ObservedAttention : ITokenSelection<ObservedAttention>
{
    /// <summary>Tokens at the start of the prompt that are always kept.</summary>
    [StageOption(0, Minimum = 0, Maximum = 4096, Role = OptionRole.Sinks)]
    public int Sinks { get; init; }

    /// <summary>Tokens at the end of the prompt that are always kept.</summary>
    [StageOption(0, Minimum = 0, Maximum = 65_536, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <inheritdoc/>
    public static float Score(in ObservedAttention options, in TokenStatistics token) => token.AllRowsMean;
}

/// <summary>Declares <see cref="ObservedAttention"/>.</summary>
public sealed class ObservedAttentionAttribute : TokenSelectionAttribute<ObservedAttention>
{
    /// <inheritdoc cref="ObservedAttention.Sinks"/>
    public int Sinks { get; set; }

    /// <inheritdoc cref="ObservedAttention.Window"/>
    public int Window { get; set; }
}
