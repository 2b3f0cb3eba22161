namespace KvCompose;

/// <summary>
/// HeadKV: heads that matter for retrieval and reasoning, as an offline table says, get more of the layers' budget.
/// cap(l, h) = round(s · pool + min) and what is always kept; s are the table's means, normalised over all heads of the model, after a
/// power. pool = (b fdiv β)·L·H and min = b − (b fdiv β) of b = budget − always kept. A table of query heads is reduced over the group.
/// Source: Fu et al., "Not All Heads Matter: A Head-Level KV Cache Compression Method with Integrated Retrieval and Reasoning",
/// arXiv 2410.19258.
/// </summary>
[HeadRoleFacts(
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

    /// <summary>Replaces the scores by the heads' shares of the pool: s = m / Σm, raised to <see cref="Temperature"/>, of the sum of these.</summary>
    /// <exception cref="ArgumentException">A score is negative or not a number, or all of them are 0.</exception>
    public static void Prepare(in HeadKvHeads options, HeadScoreTable table)
    {
        Span<double> scores = table.Scores;
        double total = SumOfLayers(scores, table.HeadsPerLayer);
        foreach (double score in scores)
        {
            if (!(score >= 0) || !(total > 0))
            {
                throw new ArgumentException("HeadKV: the scores of a head table are not negative and not all 0");
            }
        }

        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = Math.Pow(scores[i] / total, options.Temperature);
        }

        double tempered = SumOfLayers(scores, table.HeadsPerLayer);
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] /= tempered;
        }
    }

    /// <inheritdoc/>
    public static void Assign(in HeadKvHeads options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        int scored = context.Tokens - context.ProtectedTokens, average = context.LayerBudget - context.ProtectedTokens;
        if (context.LayerBudget > context.Tokens || average < 0 || scored <= 0)
        {
            return;
        }

        int group = context.ScoredHeads / budgets.Length;
        double taken = FloorDivide(average, options.Beta), pool = taken * context.Layers * context.ScoredHeads, least = average - taken;
        ReadOnlySpan<double> shares = context.HeadScores.Slice(context.Layer * context.ScoredHeads, context.ScoredHeads);
        for (int head = 0; head < budgets.Length; head++)
        {
            double sum = 0, largest = 0;
            foreach (double share in shares.Slice(head * group, group))
            {
                double own = Math.Round((share * pool) + least, MidpointRounding.ToEven);
                sum += own;
                largest = Math.Max(largest, own);
            }

            double tokens = options.Largest ? largest : Math.Round(sum / group, MidpointRounding.ToEven);
            budgets[head] = (int)Math.Min(tokens, scored) + context.ProtectedTokens;
        }
    }

    /// <summary>The sum over the model, layer by layer, which fixes its rounding.</summary>
    private static double SumOfLayers(ReadOnlySpan<double> scores, int heads)
    {
        double total = 0;
        for (int first = 0; first < scores.Length; first += heads)
        {
            double layer = 0;
            foreach (double score in scores.Slice(first, heads))
            {
                layer += score;
            }

            total += layer;
        }

        return total;
    }

    /// <summary>Floor division by way of the remainder, as the published code's language defines it: 101 by 1.01 gives 99, not 100.</summary>
    private static double FloorDivide(double dividend, double divisor)
    {
        double quotient = (dividend - (dividend % divisor)) / divisor, floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
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
