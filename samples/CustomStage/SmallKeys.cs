namespace KvCompose.Samples.CustomStage;

/// <summary>
/// A stage that KvCompose does not know: tokens whose keys are short stay. score(j) = −‖k_j‖, less for tokens that lie further
/// back. Source of the idea: Devoto et al., "A Simple and Effective L2 Norm-Based Strategy for KV Cache Compression", arXiv 2406.11430.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.KeyNorm,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores,
    Lossy = true,
    Source = "arXiv 2406.11430")]
public readonly struct SmallKeys : ITokenSelection<SmallKeys>
{
    /// <summary>The last tokens of the prompt, which always stay. The role tells the compiler so.</summary>
    [StageOption(16, Minimum = 0, Maximum = 1024, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>How much norm the whole length of the prompt is worth. Only this stage knows what it means.</summary>
    [StageOption(0.0, Minimum = 0, Maximum = 1000)]
    public double Recency { get; init; }

    /// <inheritdoc/>
    public static float Score(in SmallKeys options, in TokenStatistics token)
        => ((float)options.Recency * token.Position / token.PromptTokens) - token.KeyNorm;
}

/// <summary>Declares <see cref="SmallKeys"/>.</summary>
public sealed class SmallKeysAttribute : TokenSelectionAttribute<SmallKeys>
{
    /// <inheritdoc cref="SmallKeys.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="SmallKeys.Recency"/>
    public double Recency { get; set; }
}
