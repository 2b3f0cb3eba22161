using KvCompose.Reference;

namespace KvCompose;

/// <summary>
/// HeadKV: heads that matter for retrieval and reasoning, as an offline table says, get more of the layers' budget.
/// cap(l, h) = round(s · pool + min) and what is always kept; s are the table's means, normalised over all heads of the model, after a
/// power. pool = (b fdiv β)·L·H and min = b − (b fdiv β) of b = budget − always kept. A table of query heads is reduced over the group.
/// Source: Fu et al., "Not All Heads Matter: A Head-Level KV Cache Compression Method with Integrated Retrieval and Reasoning",
/// arXiv 2410.19258.
/// </summary>
[StageFacts(
    Needs = StageProducts.LayerBudgets,
    Provides = StageProducts.HeadBudgets,
    Layout = CacheLayout.Ragged,
    Profile = ProfileKind.HeadScores,
    Source = "arXiv 2410.19258")]
public readonly struct HeadKvHeads : IHeadRole<HeadKvHeads>
{
    /// <summary>β: 1/β of the budget goes by the table, the rest equally; a larger one makes the budgets flatter.</summary>
    [StageOption(1.2, Minimum = 1, Maximum = 1000, RunTime = true)]
    public double Beta { get; init; }

    /// <summary>Exponent of the normalised scores; above 1 it favours the heads that matter most.</summary>
    [StageOption(1.0, Minimum = 0, Maximum = 100, RunTime = true)]
    public double Temperature { get; init; }

    /// <summary>Whether a key-value head gets the most that one of its query heads would get; else it gets the mean, which keeps the total.</summary>
    [StageOption(false, RunTime = true)]
    public bool Largest { get; init; }

    /// <inheritdoc/>
    public static void Assign(in HeadKvHeads options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        int scored = context.Tokens - context.ProtectedTokens;
        if (context.LayerBudget > context.Tokens || context.LayerBudget < context.ProtectedTokens || scored <= 0)
        {
            return;
        }

        var table = new double[context.Layers][];
        for (int layer = 0; layer < table.Length; layer++)
        {
            table[layer] = context.HeadScores.Slice(layer * context.ScoredHeads, context.ScoredHeads).ToArray();
        }

        int[] own = HeadKv.Capacities(table, context.LayerBudget, context.ProtectedTokens, options.Beta, options.Temperature)[context.Layer];
        int[] shared = HeadKv.KeyValueHeadCapacities(
            new HeadLayout(own.Length, budgets.Length, 1), own, options.Largest ? GroupReduction.Max : GroupReduction.Mean);
        for (int head = 0; head < budgets.Length; head++)
        {
            budgets[head] = Math.Min(shared[head], scored) + context.ProtectedTokens;
        }
    }
}

/// <summary>Declares <see cref="HeadKvHeads"/>.</summary>
public sealed class HeadKvHeadsAttribute : HeadRoleAttribute<HeadKvHeads>
{
    /// <summary>An additional file with the heads' scores; see <see cref="ProfileKind.HeadScores"/>.</summary>
    public string? Profile { get; set; }

    /// <inheritdoc cref="HeadKvHeads.Beta"/>
    public double Beta { get; set; }

    /// <inheritdoc cref="HeadKvHeads.Temperature"/>
    public double Temperature { get; set; }

    /// <inheritdoc cref="HeadKvHeads.Largest"/>
    public bool Largest { get; set; }
}
