namespace KvCompose;

/// <summary>
/// HeteroCache's scores: what the last query of the prompt attends to. score(h, j) = softmax(q·k/√d), pooled along the tokens per query
/// head, then the maximum over the group. Neither sinks nor recent tokens are protected.
/// Source: "HeteroCache", ACL 2026, arXiv 2601.13684.
/// </summary>
[TokenSelectionFacts(
    Observes = AttentionStatistics.WindowSum,
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.TokenScores | StageProducts.RankedOrder,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2601.13684")]
public readonly struct LastQuery : ITokenSelection<LastQuery>
{
    /// <summary>Rows at the end of the prompt that are observed; the published code observes the last one.</summary>
    [StageOption(1, Minimum = 1, Maximum = 1024, Role = OptionRole.ObservedRows)]
    public int Rows { get; init; }

    /// <summary>Odd width of the pooling.</summary>
    [StageOption(5, Minimum = 1, Maximum = 255, Odd = true, Role = OptionRole.PoolingKernel)]
    public int Kernel { get; init; }

    /// <summary>Kind of the pooling.</summary>
    [StageOption(PoolingKind.Average, Role = OptionRole.Pooling)]
    public PoolingKind Pooling { get; init; }

    /// <summary>How the scores of a group's query heads become one.</summary>
    [StageOption(GroupReduction.Max, Role = OptionRole.Reduction)]
    public GroupReduction Reduction { get; init; }

    /// <inheritdoc/>
    public static float Score(in LastQuery options, in TokenStatistics token) => token.WindowSum;
}

/// <summary>Declares <see cref="LastQuery"/>.</summary>
public sealed class LastQueryAttribute : TokenSelectionAttribute<LastQuery>
{
    /// <inheritdoc cref="LastQuery.Rows"/>
    public int Rows { get; set; }

    /// <inheritdoc cref="LastQuery.Kernel"/>
    public int Kernel { get; set; }

    /// <inheritdoc cref="LastQuery.Pooling"/>
    public PoolingKind Pooling { get; set; }

    /// <inheritdoc cref="LastQuery.Reduction"/>
    public GroupReduction Reduction { get; set; }
}
