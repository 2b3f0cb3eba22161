namespace KvCompose;

/// <summary>
/// CAKE's eviction indicator: tokens that the last w queries attend to, or whose attention varies. score(h, j) = mean + γ·variance
/// over the window's rows, average-pooled with the published kernel, then the mean over the group.
/// Source: Qin et al., "CAKE: Cascading and Adaptive KV Cache Eviction with Layer Preferences", ICLR 2025, arXiv 2503.12491.
/// </summary>
[StageFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.WindowVariance,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Pooling = PoolingKind.Average,
    Reduction = GroupReduction.Mean,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2503.12491")]
public readonly struct CakeIndicator : ITokenSelection<CakeIndicator>
{
    /// <summary>Observation window w: the last tokens of the prompt, whose attention is observed and which are always kept.</summary>
    [StageOption(32, Minimum = 2, Maximum = 1024, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>γ, the weight of the variance.</summary>
    [StageOption(200.0, Minimum = 0, Maximum = 1e9)]
    public float Gamma { get; init; }

    /// <summary>Odd width of the pooling.</summary>
    [StageOption(5, Minimum = 1, Maximum = 255, Odd = true, Role = OptionRole.PoolingKernel)]
    public int Kernel { get; init; }

    /// <inheritdoc/>
    public static float Score(in CakeIndicator options, in TokenStatistics token)
        => (token.WindowSum / options.Window) + (options.Gamma * token.WindowVariance);
}

/// <summary>Declares <see cref="CakeIndicator"/>.</summary>
public sealed class CakeIndicatorAttribute : TokenSelectionAttribute<CakeIndicator>
{
    /// <inheritdoc cref="CakeIndicator.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="CakeIndicator.Gamma"/>
    public float Gamma { get; set; }

    /// <inheritdoc cref="CakeIndicator.Kernel"/>
    public int Kernel { get; set; }
}
