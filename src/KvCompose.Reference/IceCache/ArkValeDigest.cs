namespace KvCompose.Reference.IceCache;

/// <summary>ArkVale: a box around the middle of a page's keys whose half width is their mean deviation from it, channel by channel.</summary>
public sealed class ArkValeDigest : IPageDigest
{
    private readonly double[] _middle;
    private readonly double[] _deviation;

    /// <summary>Digests a page.</summary>
    /// <param name="keys">[tokens of the page, headDim].</param>
    /// <param name="headDim">d.</param>
    public ArkValeDigest(ReadOnlySpan<float> keys, int headDim)
    {
        var extremes = new QuestDigest(keys, headDim);
        _middle = new double[headDim];
        _deviation = new double[headDim];
        for (int i = 0; i < headDim; i++)
        {
            _middle[i] = (extremes.Largest[i] + extremes.Least[i]) / 2;
        }

        for (int i = 0; i < keys.Length; i++)
        {
            _deviation[i % headDim] += Math.Abs(_middle[i % headDim] - keys[i]) / (keys.Length / headDim);
        }
    }

    /// <summary>Σ_i max(q_i (mid_i − r_i), q_i (mid_i + r_i)). The score of a group is the mean over its query heads.</summary>
    public double Score(ReadOnlySpan<float> query)
    {
        double score = 0;
        for (int i = 0; i < _middle.Length; i++)
        {
            score += query[i] * _middle[i] + Math.Abs(query[i]) * _deviation[i];
        }

        return score;
    }
}
