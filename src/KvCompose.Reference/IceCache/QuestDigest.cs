namespace KvCompose.Reference.IceCache;

/// <summary>Quest: the channel-wise extremes of a page bound q·k of its keys from above.</summary>
public sealed class QuestDigest : IPageDigest
{
    private readonly double[] _least;
    private readonly double[] _largest;

    /// <summary>Digests a page.</summary>
    /// <param name="keys">[tokens of the page, headDim].</param>
    /// <param name="headDim">d.</param>
    public QuestDigest(ReadOnlySpan<float> keys, int headDim)
    {
        PageKeys.ThrowIfRagged(keys, headDim);
        _least = AugmentedKeys.Widen(keys[..headDim]);
        _largest = AugmentedKeys.Widen(keys[..headDim]);
        for (int i = headDim; i < keys.Length; i++)
        {
            _least[i % headDim] = Math.Min(_least[i % headDim], keys[i]);
            _largest[i % headDim] = Math.Max(_largest[i % headDim], keys[i]);
        }
    }

    /// <summary>Smallest value of each channel, [headDim].</summary>
    public ReadOnlySpan<double> Least => _least;

    /// <summary>Largest value of each channel, [headDim].</summary>
    public ReadOnlySpan<double> Largest => _largest;

    /// <summary>Σ_i max(q_i · min_i, q_i · max_i).</summary>
    public double Score(ReadOnlySpan<float> query)
    {
        double score = 0;
        for (int i = 0; i < _least.Length; i++)
        {
            score += Math.Max(query[i] * _least[i], query[i] * _largest[i]);
        }

        return score;
    }
}
