namespace KvCompose.Reference.IceCache;

/// <summary>Quest: an upper bound of q·k over a page from the channel-wise extremes of its keys.</summary>
public static class QuestScore
{
    /// <summary>Σ_i max(q_i · min_i, q_i · max_i) of one page for one query head.</summary>
    /// <param name="keys">[tokens of the page, headDim].</param>
    /// <param name="query">[headDim].</param>
    public static double Of(ReadOnlySpan<float> keys, ReadOnlySpan<float> query)
    {
        PageBounds bounds = PageBounds.Of(keys, query.Length);
        double score = 0;
        for (int i = 0; i < query.Length; i++)
        {
            score += Math.Max(query[i] * bounds.Least[i], query[i] * bounds.Largest[i]);
        }

        return score;
    }
}
