namespace KvCompose;

/// <summary>
/// Expected attention: tokens that queries still to come are expected to attend to. Queries before rotation are taken for normally
/// distributed with mean μ and covariance Σ of the prompt's; both are rotated as the next positions are on average.
/// score(h, j) = softmax_j(k·μ/√d + kᵀΣk/(2d)) · ‖v_j‖₂, mean over the group.
/// Source: Devoto et al., "Expected Attention: KV Cache Compression by Estimating Attention from Future Queries Distribution", arXiv 2510.00636.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.ExpectedAttention | AttentionStatistics.ValueNorm,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Reduction = GroupReduction.Mean,
    Lossy = true,
    Source = "arXiv 2510.00636")]
public readonly struct ExpectedAttention : ITokenSelection<ExpectedAttention>
{
    /// <summary>Tokens at the start of the prompt that are always kept and count in nothing.</summary>
    [StageOption(4, Minimum = 0, Maximum = 4096, Role = OptionRole.Sinks)]
    public int Sinks { get; init; }

    /// <summary>Positions ahead whose queries are expected.</summary>
    [StageOption(512, Minimum = 1, Maximum = 65_536, Role = OptionRole.FutureTokens)]
    public int FutureTokens { get; init; }

    /// <summary>Whether the probability is multiplied by the norm of the value.</summary>
    [StageOption(true)]
    public bool ValueNorm { get; init; }

    /// <summary>What is added to the probability before that.</summary>
    [StageOption(0.0, Minimum = 0, Maximum = 1)]
    public float Epsilon { get; init; }

    /// <inheritdoc/>
    public static float Score(in ExpectedAttention options, in TokenStatistics token)
        => options.ValueNorm ? (token.ExpectedAttention + options.Epsilon) * token.ValueNorm : token.ExpectedAttention;
}

/// <summary>Declares <see cref="ExpectedAttention"/>.</summary>
public sealed class ExpectedAttentionAttribute : TokenSelectionAttribute<ExpectedAttention>
{
    /// <inheritdoc cref="ExpectedAttention.Sinks"/>
    public int Sinks { get; set; }

    /// <inheritdoc cref="ExpectedAttention.FutureTokens"/>
    public int FutureTokens { get; set; }

    /// <inheritdoc cref="ExpectedAttention.ValueNorm"/>
    public bool ValueNorm { get; set; }

    /// <inheritdoc cref="ExpectedAttention.Epsilon"/>
    public float Epsilon { get; set; }
}
