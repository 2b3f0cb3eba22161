namespace KvCompose.Reference;

/// <summary>
/// Eviction while decoding: a layer that holds more than its budget and the window gives up what the current step attends to
/// least. Budgets no longer change; the prefill scores play no part.
/// </summary>
public static class CakeDecode
{
    /// <summary>
    /// Storage indices that a KV head keeps, in their new storage order. All of them, unchanged, while it holds at most
    /// <paramref name="budget"/> + w tokens.
    /// </summary>
    /// <param name="probabilities">
    /// [G][stored]: each query head's attention of this step over all stored tokens, the new one included.
    /// </param>
    /// <param name="positions">Token position of each stored token; the last w are the window, oldest first.</param>
    /// <param name="budget">The layer's budget after prefill, window excluded.</param>
    /// <param name="options">Window, kernel and decode pooling.</param>
    /// <exception cref="ArgumentException">A query head does not have one probability per stored token.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range or the budget negative.</exception>
    public static int[] Survivors(
        IReadOnlyList<double[]> probabilities, ReadOnlySpan<int> positions, int budget, CakeOptions options)
    {
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        int stored = positions.Length;
        if (probabilities.Count == 0 || probabilities.Any(head => head.Length != stored))
        {
            throw new ArgumentException(
                $"CAKE: {stored} stored tokens need that many probabilities of every query head", nameof(probabilities));
        }

        int[] order = [.. Enumerable.Range(0, stored)];
        if (stored <= (long)budget + options.Window)
        {
            return order;
        }

        int candidates = stored - options.Window;
        int[] line = order[..candidates];
        if (options.DecodePooling != PoolingOrder.Physical)
        {
            Array.Sort(positions[..candidates].ToArray(), line);
        }

        double[] scores = Scores(probabilities, line, options);
        int[] best = [.. Ranking.Top(scores, budget).Select(place => line[place])];
        if (options.DecodePooling != PoolingOrder.Physical)
        {
            Array.Sort(best);
        }

        return [.. best, .. order[candidates..]];
    }

    /// <summary>Attention of the candidates in the order of the line, pooled along it, mean over the group.</summary>
    private static double[] Scores(IReadOnlyList<double[]> probabilities, int[] line, CakeOptions options)
    {
        PoolingKind kind = options.DecodePooling == PoolingOrder.None ? PoolingKind.None : PoolingKind.Average;
        var pooled = new double[probabilities.Count][];
        for (int member = 0; member < pooled.Length; member++)
        {
            double[] attention = probabilities[member];
            pooled[member] = Pooling.Apply([.. line.Select(index => attention[index])], kind, options.Kernel);
        }

        return GroupReduce.Apply(pooled, GroupReduction.Mean);
    }
}
