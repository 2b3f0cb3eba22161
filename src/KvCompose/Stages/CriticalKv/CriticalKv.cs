namespace KvCompose;

/// <summary>
/// CriticalKV: half of the tokens by SnapKV's score s, the others by (s + ε) · w, where w is the norm that the output projection leaves of the value:
/// w(j) = mean over the group of ‖W_O v_j‖₁. The window itself is always kept.
/// Source: Feng et al., "Identify Critical KV Cache in LLM Inference from an Output Perturbation Perspective", arXiv 2502.03805.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum | AttentionStatistics.OutputNorm,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores,
    Pooling = PoolingKind.Average,
    Reduction = GroupReduction.Mean,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2502.03805")]
public readonly struct CriticalKv : ITwoStageSelection<CriticalKv>
{
    /// <summary>Observation window w: the last tokens of the prompt, whose attention is observed and which are always kept.</summary>
    [StageOption(32, Minimum = 1, Maximum = 1024, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>Odd width of the pooling.</summary>
    [StageOption(5, Minimum = 1, Maximum = 255, Odd = true, Role = OptionRole.PoolingKernel)]
    public int Kernel { get; init; }

    /// <summary>Share of the tokens chosen that the score alone decides.</summary>
    [StageOption(0.5, Minimum = 0, Maximum = 1, Role = OptionRole.FirstStage)]
    public double FirstStage { get; init; }

    /// <summary>ε, added to the score before the product.</summary>
    [StageOption(1e-4, Minimum = 0, Maximum = 1)]
    public float Epsilon { get; init; }

    /// <inheritdoc/>
    public static float Score(in CriticalKv options, in TokenStatistics token) => token.WindowSum / options.Window;

    /// <inheritdoc/>
    public static float Refine(in CriticalKv options, float score, in TokenStatistics token) => (score + options.Epsilon) * token.OutputNorm;
}

/// <summary>Declares <see cref="CriticalKv"/>.</summary>
public sealed class CriticalKvAttribute : TokenSelectionAttribute<CriticalKv>
{
    /// <inheritdoc cref="CriticalKv.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="CriticalKv.Kernel"/>
    public int Kernel { get; set; }

    /// <inheritdoc cref="CriticalKv.FirstStage"/>
    public double FirstStage { get; set; }

    /// <inheritdoc cref="CriticalKv.Epsilon"/>
    public float Epsilon { get; set; }
}
