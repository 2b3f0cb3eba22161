namespace KvCompose;

/// <summary>
/// CAKE's eviction indicator: tokens that the last w queries attend to, or whose attention varies. score(h, j) = mean + γ·variance
/// over the window's rows, average-pooled with the published kernel, then the mean over the group. While decoding, a head that is
/// above its budget gives up the token that the step attends to least, pooled and reduced alike; the window slides along.
/// Source: Qin et al., "CAKE: Cascading and Adaptive KV Cache Eviction with Layer Preferences", ICLR 2025, arXiv 2503.12491.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.WindowVariance | AttentionStatistics.DecodeProbabilities,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    Phases = StagePhases.Prefill | StagePhases.Decode,
    Pooling = PoolingKind.Average,
    Reduction = GroupReduction.Mean,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2503.12491")]
public readonly struct CakeIndicator : IDecodeEviction<CakeIndicator>
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

    /// <summary>Whether heads go on evicting while decoding, as the authors' code does; else the cache grows from the prompt on.</summary>
    [StageOption(true, Role = OptionRole.DecodeEviction)]
    public bool EvictDuringDecode { get; init; }

    /// <summary>
    /// The line along which a decode step's attention is pooled. The authors pool along the order of storage, which their eviction
    /// permutes: <see cref="PoolingOrder.Physical"/>, the counterpart of <see cref="CakeLedgerMode.ReferenceExact"/>.
    /// </summary>
    [StageOption(PoolingOrder.Positional, Role = OptionRole.PoolingOrder)]
    public PoolingOrder DecodePooling { get; init; }

    /// <inheritdoc/>
    public static float Score(in CakeIndicator options, in TokenStatistics token)
        => (token.WindowSum / options.Window) + (options.Gamma * token.WindowVariance);

    /// <inheritdoc/>
    public static float Retain(in CakeIndicator options, in ResidentToken token) => token.Probability;
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

    /// <inheritdoc cref="CakeIndicator.EvictDuringDecode"/>
    public bool EvictDuringDecode { get; set; }

    /// <inheritdoc cref="CakeIndicator.DecodePooling"/>
    public PoolingOrder DecodePooling { get; set; }
}
