namespace KvCompose.Reference;

/// <summary>HeadKV: an offline table says how much each head matters for retrieval; heads share one pool accordingly.</summary>
/// <remarks>
/// m = mean score of a head; s = m / Σm, then s^temperature renormalised; base = capacity − w, taken = base fdiv β,
/// pool = taken·L·Hq, min = base − taken; cap(l,h) = round(s·pool + min), halves to even, window extra. fdiv is floor division
/// based on the remainder, which is not ⌊base/β⌋ for every pair: 101 fdiv 1.01 is 99.
/// Source: Fu et al., "Not All Heads Matter: A Head-Level KV Cache Compression Method with Integrated Retrieval and Reasoning",
/// arXiv 2410.19258.
/// </remarks>
public static class HeadKv
{
    /// <summary>Tokens of every (layer, query head), without the window.</summary>
    /// <param name="headScores">[L][Hq], mean score of each head; not negative, not all zero.</param>
    /// <param name="capacity">Average tokens per head, the window included.</param>
    /// <param name="window">w.</param>
    /// <param name="beta">β above 1; a larger one makes the budgets flatter.</param>
    /// <param name="temperature">Exponent of the normalised scores.</param>
    /// <exception cref="ArgumentException">The table is empty or ragged, or a number is out of range.</exception>
    public static int[][] Capacities(double[][] headScores, int capacity, int window, double beta, double temperature = 1)
    {
        if (headScores.Length == 0 || headScores.Any(layer => layer.Length != headScores[0].Length || layer.Length == 0))
        {
            throw new ArgumentException("a head table has one score for every query head of every layer");
        }

        double total = headScores.Sum(layer => layer.Sum());
        if (!(total > 0) || headScores.Any(layer => layer.Any(score => !(score >= 0))))
        {
            throw new ArgumentException("head scores are not negative and not all zero");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, window);
        int average = capacity - window;
        double taken = FloorDivide(average, beta);
        double pool = taken * headScores.Length * headScores[0].Length, least = average - taken;
        double tempered = headScores.Sum(layer => layer.Sum(score => Math.Pow(score / total, temperature)));
        return
        [
            .. headScores.Select(layer => layer
                .Select(score => Math.Pow(score / total, temperature) / tempered * pool + least)
                .Select(share => (int)Math.Round(share, MidpointRounding.ToEven))
                .ToArray()),
        ];
    }

    /// <summary>
    /// Tokens of every key-value head from those of its query heads: the mean preserves the total up to rounding (halves to
    /// even), the maximum starves no query head.
    /// </summary>
    public static int[] KeyValueHeadCapacities(HeadLayout layout, int[] queryHeads, GroupReduction reduction)
    {
        double[][] columns = [.. queryHeads.Select(capacity => new double[] { capacity })];
        return
        [
            .. WindowScoring.Reduce(layout, columns, reduction).Select(head => (int)Math.Round(head[0], MidpointRounding.ToEven)),
        ];
    }

    /// <summary>Selects in one layer; scores are row means of window attention.</summary>
    /// <param name="layout">Heads of the layer.</param>
    /// <param name="windowQueries">[Hq, w, d], rotated.</param>
    /// <param name="keys">[Hkv, n, d], rotated.</param>
    /// <param name="scoring">Window, pooling and grouping.</param>
    /// <param name="capacity">Average tokens per head, the window included; everything is kept if the prompt is shorter.</param>
    /// <param name="headCapacities">Tokens of each selecting head without the window; at most n − w of them are used.</param>
    public static TokenSelection Select(
        HeadLayout layout,
        ReadOnlySpan<float> windowQueries,
        ReadOnlySpan<float> keys,
        WindowScoring scoring,
        int capacity,
        int[] headCapacities)
    {
        int tokens = layout.Rows(keys, layout.KeyValueHeads);
        if (TokenSelection.KeepsEverything(tokens, capacity, scoring.Window))
        {
            return TokenSelection.Everything(headCapacities.Length, tokens);
        }

        double[][] scores = scoring.MeanScores(layout, windowQueries, keys);
        if (scores.Length != headCapacities.Length)
        {
            throw new ArgumentException($"{headCapacities.Length} capacities for {scores.Length} selecting heads");
        }

        return new TokenSelection(
            scores,
            [.. scores.Select((head, h) => TokenSelection.BestAndWindow(head, Math.Min(headCapacities[h], head.Length), tokens))]);
    }

    private static double FloorDivide(double dividend, double divisor)
    {
        if (!(divisor >= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(divisor), divisor, "β is at least 1");
        }

        return Math.Round((dividend - dividend % divisor) / divisor);
    }
}
