namespace KvCompose.Reference;

/// <summary>GemFilter: an early layer's last query picks the prompt tokens; the model starts again on those alone.</summary>
/// <remarks>
/// s_j = pool(Σ over all query heads of q_last · k_j): raw products, no scale, no softmax. The best tokens, ascending, are a new
/// prompt with positions 0 .. k − 1. Nothing forces the last token to stay.
/// Source: Shi et al., "Discovering the Gems in Early Layers: Accelerating Long-Context LLMs with 1000x Input Token Reduction",
/// arXiv 2409.17422.
/// </remarks>
public static class GemFilter
{
    /// <summary>Scores [n] of all prompt tokens.</summary>
    /// <param name="layout">Heads of the filter layer.</param>
    /// <param name="lastQuery">[Hq, 1, d], the rotated query of the last position.</param>
    /// <param name="keys">[Hkv, n, d], rotated.</param>
    /// <param name="pooling">How neighbours are smoothed.</param>
    /// <param name="kernel">Odd width of the pooling.</param>
    public static double[] Scores(
        HeadLayout layout, ReadOnlySpan<float> lastQuery, ReadOnlySpan<float> keys, PoolingKind pooling, int kernel)
    {
        int tokens = layout.Rows(keys, layout.KeyValueHeads);
        var sums = new double[tokens];
        for (int head = 0; head < layout.QueryHeads; head++)
        {
            ReadOnlySpan<float> query = layout.Head(lastQuery, head, 1), rows = layout.Head(keys, head / layout.Group, tokens);
            for (int i = 0; i < rows.Length; i++)
            {
                sums[i / layout.HeadDim] += (double)query[i % layout.HeadDim] * rows[i];
            }
        }

        return Pooling.Apply(sums, pooling, kernel);
    }

    /// <summary>Kept prompt positions, ascending.</summary>
    /// <param name="scores">[n].</param>
    /// <param name="budget">How many, at least one; all if that is at least n.</param>
    public static int[] Keep(double[] scores, TokenBudget budget)
    {
        int count = Math.Max(1, budget.Of(scores.Length));
        int[] kept = count >= scores.Length ? TokenSelection.All(scores.Length) : Ranking.Top(scores, count);
        Array.Sort(kept);
        return kept;
    }
}
