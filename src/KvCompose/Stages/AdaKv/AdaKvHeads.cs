namespace KvCompose;

/// <summary>
/// Ada-KV: the heads of a layer share its budget; those whose attention is spread get more of it. a_h = how many of the layer's
/// best Hkv·b scores are head h's; the head keeps round(a_h·(1 − α) + ⌊b·α⌋), halves to even, and what is always kept.
/// Source: Feng et al., "Ada-KV: Optimizing KV Cache Eviction by Adaptive Budget Allocation", arXiv 2407.11550.
/// </summary>
[HeadRoleFacts(
    Needs = StageProducts.TokenScores | StageProducts.LayerBudgets,
    Provides = StageProducts.HeadBudgets,
    Layout = CacheLayout.Ragged,
    QueryAware = true,
    Source = "arXiv 2407.11550")]
public readonly struct AdaKvHeads : IHeadRole<AdaKvHeads>
{
    /// <summary>α: the share of the average that every head gets whatever its scores.</summary>
    [StageOption(0.2, Minimum = 0, Maximum = 1, RunTime = true)]
    public double FloorRatio { get; init; }

    /// <inheritdoc/>
    public static void Assign(in AdaKvHeads options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        int scored = context.Tokens - context.ProtectedTokens, average = context.LayerBudget - context.ProtectedTokens;
        if (average <= 0 || average >= scored)
        {
            return;
        }

        Span<int> won = stackalloc int[budgets.Length];
        CountWinners(context, scored, average * budgets.Length, won);
        int floor = (int)(average * options.FloorRatio);
        for (int head = 0; head < budgets.Length; head++)
        {
            int own = (int)Math.Round((won[head] * (1 - options.FloorRatio)) + floor, MidpointRounding.ToEven);
            budgets[head] = Math.Min(own, scored) + context.ProtectedTokens;
        }
    }

    /// <summary>How many of the layer's best scores each head has.</summary>
    private static unsafe void CountWinners(in HeadBudgetContext context, int scored, int count, Span<int> won)
    {
        int heads = won.Length;
        var together = new float[heads * scored];
        for (int head = 0; head < heads; head++)
        {
            context.Scores.Slice((head * context.ScoreStride) + context.Sinks, scored).CopyTo(together.AsSpan(head * scored));
        }

        var best = new int[count];
        fixed (float* scores = together)
        {
            fixed (int* chosen = best)
            {
                Numerics.TokenRanking.Choose(scores, 0, together.Length, count, chosen);
            }
        }

        won.Clear();
        foreach (int index in best)
        {
            won[index / scored]++;
        }
    }
}

/// <summary>Declares <see cref="AdaKvHeads"/>.</summary>
public sealed class AdaKvHeadsAttribute : HeadRoleAttribute<AdaKvHeads>
{
    /// <inheritdoc cref="AdaKvHeads.FloorRatio"/>
    public double FloorRatio { get; set; }
}
