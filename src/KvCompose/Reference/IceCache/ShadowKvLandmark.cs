namespace KvCompose.Reference.IceCache;

/// <summary>ShadowKV: a chunk is known by its mean key; chunks whose keys disagree with it are pinned as outliers.</summary>
public static class ShadowKvLandmark
{
    /// <summary>q · mean key of the chunk.</summary>
    /// <param name="keys">[tokens of the chunk, headDim].</param>
    /// <param name="query">[headDim].</param>
    public static double Score(ReadOnlySpan<float> keys, ReadOnlySpan<float> query)
        => InnerProduct.Of(PageKeys.Mean(keys, query.Length), AugmentedKeys.Widen(query));

    /// <summary>The smallest cosine of a key of the chunk to the landmark; 0 where one of the two is zero.</summary>
    /// <param name="keys">[tokens of the chunk, headDim].</param>
    /// <param name="headDim">d.</param>
    public static double LeastCosine(ReadOnlySpan<float> keys, int headDim)
    {
        double[] landmark = PageKeys.Mean(keys, headDim);
        double least = double.PositiveInfinity;
        for (int first = 0; first < keys.Length; first += headDim)
        {
            double[] key = AugmentedKeys.Widen(keys.Slice(first, headDim));
            double lengths = Math.Sqrt(InnerProduct.Of(key, key) * InnerProduct.Of(landmark, landmark));
            least = Math.Min(least, lengths == 0 ? 0 : InnerProduct.Of(key, landmark) / lengths);
        }

        return least;
    }

    /// <summary>The <paramref name="count"/> chunks with the smallest least cosine, worst first; ties go to the lower chunk.</summary>
    public static int[] Outliers(ReadOnlySpan<double> leastCosines, int count)
    {
        double[] badness = leastCosines.ToArray();
        for (int chunk = 0; chunk < badness.Length; chunk++)
        {
            badness[chunk] = -badness[chunk];
        }

        return Ranking.Top(badness, count);
    }
}
