namespace KvCompose.Reference;

/// <summary>Attention of the last w queries over all keys, materialised: the oracle of every window statistic.</summary>
public static class WindowAttention
{
    /// <summary>
    /// softmax(Q_w Kᵀ/√d) of one query head over all n keys. Row i is the query at position n − w + i and sees keys up to
    /// that position; what it does not see has probability 0.
    /// </summary>
    /// <param name="queries">[window, headDim], the rotated queries of the last positions.</param>
    /// <param name="keys">[tokens, headDim], rotated.</param>
    /// <param name="window">w, rows of <paramref name="queries"/>; at most <paramref name="tokens"/>.</param>
    /// <param name="tokens">n, rows of <paramref name="keys"/>.</param>
    /// <param name="headDim">d.</param>
    /// <param name="softCap">The bound c of scaled scores, c · tanh(score / c); 0 for none.</param>
    /// <returns>[window, tokens].</returns>
    /// <exception cref="ArgumentException">The window is longer than the prompt, or a span does not have the stated shape.</exception>
    public static double[,] Probabilities(
        ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int window, int tokens, int headDim, double softCap = 0)
    {
        if (window > tokens || queries.Length != window * headDim || keys.Length != tokens * headDim)
        {
            throw new ArgumentException(
                $"window {window}, tokens {tokens}, headDim {headDim} do not fit {queries.Length} query and {keys.Length} key elements");
        }

        var probabilities = new double[window, tokens];
        double scale = 1 / Math.Sqrt(headDim);
        for (int row = 0; row < window; row++)
        {
            int visible = tokens - window + row + 1;
            double maximum = double.NegativeInfinity;
            for (int key = 0; key < visible; key++)
            {
                double dot = 0;
                for (int i = 0; i < headDim; i++)
                {
                    dot += (double)queries[row * headDim + i] * keys[key * headDim + i];
                }

                probabilities[row, key] = softCap > 0 ? softCap * Math.Tanh(dot * scale / softCap) : dot * scale;
                maximum = Math.Max(maximum, probabilities[row, key]);
            }

            double sum = 0;
            for (int key = 0; key < visible; key++)
            {
                sum += probabilities[row, key] = Math.Exp(probabilities[row, key] - maximum);
            }

            for (int key = 0; key < visible; key++)
            {
                probabilities[row, key] /= sum;
            }
        }

        return probabilities;
    }
}
