namespace KvCompose;

/// <summary>
/// SnapKV: tokens that the last w queries attend to. score(h, j) = Σ over the window's rows of softmax(q·k/√d), pooled along
/// the tokens, reduced over the group; the window itself is always kept.
/// Source: Li et al., "SnapKV: LLM Knows What You are Looking for Before Generation", NeurIPS 2024, arXiv 2404.14469.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2404.14469")]
public readonly struct SnapKv : ITokenSelection<SnapKv>
{
    /// <summary>Observation window w: the last tokens of the prompt, whose attention is observed and which are always kept.</summary>
    [StageOption(32, Minimum = 1, Maximum = 1024, Role = OptionRole.Window)]
    public int Window { get; init; }

    /// <summary>Odd width of the pooling.</summary>
    [StageOption(5, Minimum = 1, Maximum = 255, Odd = true, Role = OptionRole.PoolingKernel)]
    public int Kernel { get; init; }

    /// <summary>Kind of the pooling.</summary>
    [StageOption(PoolingKind.Average, Role = OptionRole.Pooling)]
    public PoolingKind Pooling { get; init; }

    /// <summary>How the scores of a group's query heads become one.</summary>
    [StageOption(GroupReduction.Mean, Role = OptionRole.Reduction)]
    public GroupReduction Reduction { get; init; }

    /// <inheritdoc/>
    public static float Score(in SnapKv options, in TokenStatistics token) => token.WindowSum;
}

/// <summary>Declares <see cref="SnapKv"/>.</summary>
public sealed class SnapKvAttribute : TokenSelectionAttribute<SnapKv>
{
    /// <inheritdoc cref="SnapKv.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="SnapKv.Kernel"/>
    public int Kernel { get; set; }

    /// <inheritdoc cref="SnapKv.Pooling"/>
    public PoolingKind Pooling { get; set; }

    /// <inheritdoc cref="SnapKv.Reduction"/>
    public GroupReduction Reduction { get; set; }
}
