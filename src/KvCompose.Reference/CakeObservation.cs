namespace KvCompose.Reference;

/// <summary>All that CAKE learns from one layer of one sequence.</summary>
/// <param name="Entropy">H, summed over the query heads.</param>
/// <param name="Variance">V, summed over the query heads and prefix tokens.</param>
/// <param name="Scores">Indicator [kvHeads][n − w]; empty rows when the window covers the prompt.</param>
public sealed record CakeObservation(double Entropy, double Variance, double[][] Scores)
{
    /// <summary>Observes one layer. A prompt that its window covers (n ≤ w) has nothing to score: H = V = 0.</summary>
    /// <param name="queries">[queryHeads, w, headDim], rotated queries of the last w positions.</param>
    /// <param name="keys">[kvHeads, tokens, headDim], rotated keys.</param>
    /// <param name="queryHeads">Hq; query head h reads KV head h / (Hq / Hkv).</param>
    /// <param name="kvHeads">Hkv, divides <paramref name="queryHeads"/>.</param>
    /// <param name="tokens">n, tokens that reached the layer.</param>
    /// <param name="headDim">d.</param>
    /// <param name="options">Window, γ and kernel.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">Heads do not form groups, or a span does not have the stated shape.</exception>
    public static CakeObservation Of(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int queryHeads, int kvHeads, int tokens, int headDim, CakeOptions options)
    {
        options.Validate();
        if (kvHeads < 1 || queryHeads < 1 || queryHeads % kvHeads != 0)
        {
            throw new ArgumentException($"{queryHeads} query heads do not share {kvHeads} key-value heads evenly", nameof(queryHeads));
        }

        var scores = new double[kvHeads][];
        if (tokens <= options.Window)
        {
            Array.Fill(scores, []);
            return new CakeObservation(0, 0, scores);
        }

        int groupSize = queryHeads / kvHeads, window = options.Window;
        double entropy = 0, variance = 0;
        for (int kvHead = 0; kvHead < kvHeads; kvHead++)
        {
            var group = new CakeHeadStatistics[groupSize];
            for (int member = 0; member < groupSize; member++)
            {
                int queryHead = kvHead * groupSize + member;
                group[member] = CakeHeadStatistics.Of(WindowAttention.Probabilities(
                    queries.Slice(queryHead * window * headDim, window * headDim),
                    keys.Slice(kvHead * tokens * headDim, tokens * headDim),
                    window,
                    tokens,
                    headDim));
                entropy += group[member].Entropy;
                variance += group[member].Variance.Sum();
            }

            scores[kvHead] = CakeIndicator.Of(group, options.Gamma, options.Kernel);
        }

        return new CakeObservation(entropy, variance, scores);
    }
}
