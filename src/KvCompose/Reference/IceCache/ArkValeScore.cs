namespace KvCompose.Reference.IceCache;

/// <summary>ArkVale: a page is a box around the middle of its keys whose half width is their mean deviation from it.</summary>
public static class ArkValeScore
{
    /// <summary>
    /// Σ_i max(q_i (mid_i − r_i), q_i (mid_i + r_i)) with mid = (max + min)/2 and r = mean |mid − k|, channel by channel.
    /// The score of a group is the mean over its query heads.
    /// </summary>
    /// <param name="keys">[tokens of the page, headDim].</param>
    /// <param name="query">[headDim].</param>
    public static double Of(ReadOnlySpan<float> keys, ReadOnlySpan<float> query)
    {
        PageBounds bounds = PageBounds.Of(keys, query.Length);
        int tokens = keys.Length / query.Length;
        double score = 0;
        for (int i = 0; i < query.Length; i++)
        {
            double middle = (bounds.Least[i] + bounds.Largest[i]) / 2;
            double deviation = 0;
            for (int token = 0; token < tokens; token++)
            {
                deviation += Math.Abs(middle - keys[token * query.Length + i]);
            }

            score += query[i] * middle + Math.Abs(query[i]) * deviation / tokens;
        }

        return score;
    }
}
