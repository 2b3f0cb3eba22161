namespace KvCompose.Reference.IceCache;

/// <summary>The mean key of a page: ShadowKV's landmark, and the centroid of a clustered page.</summary>
public sealed class MeanDigest : IPageDigest
{
    private readonly double[] _mean;

    /// <summary>Digests a page.</summary>
    /// <param name="keys">[tokens of the page, headDim].</param>
    /// <param name="headDim">d.</param>
    public MeanDigest(ReadOnlySpan<float> keys, int headDim)
    {
        PageKeys.ThrowIfRagged(keys, headDim);
        _mean = new double[headDim];
        for (int i = 0; i < keys.Length; i++)
        {
            _mean[i % headDim] += (double)keys[i] / (keys.Length / headDim);
        }

        LeastCosine = double.PositiveInfinity;
        double spread = 0;
        for (int first = 0; first < keys.Length; first += headDim)
        {
            double[] key = AugmentedKeys.Widen(keys.Slice(first, headDim));
            double lengths = Math.Sqrt(InnerProduct.Of(key, key) * InnerProduct.Of(_mean, _mean));
            LeastCosine = Math.Min(LeastCosine, lengths == 0 ? 0 : InnerProduct.Of(key, _mean) / lengths);
            for (int i = 0; i < headDim; i++)
            {
                spread += (key[i] - _mean[i]) * (key[i] - _mean[i]);
            }
        }

        Radius = Math.Sqrt(spread / (keys.Length / headDim));
    }

    /// <summary>Root mean squared distance of the keys to their mean.</summary>
    public double Radius { get; }

    /// <summary>The smallest cosine of a key to the mean; 0 where one of the two is zero.</summary>
    public double LeastCosine { get; }

    /// <summary>q · mean.</summary>
    public double Score(ReadOnlySpan<float> query) => InnerProduct.Of(_mean, AugmentedKeys.Widen(query));

    /// <summary>q · mean + 2 |q| radius / √d: two deviations above the mean score of the page's keys.</summary>
    public double Promise(ReadOnlySpan<float> query)
    {
        double[] wide = AugmentedKeys.Widen(query);
        return InnerProduct.Of(_mean, wide) + 2 * Math.Sqrt(InnerProduct.Of(wide, wide) / query.Length) * Radius;
    }

    /// <summary>ShadowKV's outliers: the <paramref name="count"/> chunks whose worst key agrees least with the mean, worst first.</summary>
    public static int[] Outliers(IReadOnlyList<MeanDigest> chunks, int count)
        => Ranking.Top([.. chunks.Select(chunk => -chunk.LeastCosine)], count);
}
