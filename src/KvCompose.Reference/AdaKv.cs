namespace KvCompose.Reference;

/// <summary>AdaKV: the heads of a layer share one budget; those whose attention is spread get more of it.</summary>
/// <remarks>
/// a_h = how many of the layer's best H·base scores are head h's; cap_h = round(a_h·(1 − α) + ⌊base·α⌋), halves to even, plus
/// the window. Scores are row means of window attention. The sum of the caps may differ from H·base by rounding.
/// Source: Feng et al., "Ada-KV: Optimizing KV Cache Eviction by Adaptive Budget Allocation", arXiv 2407.11550; α as in the
/// published code, the share that every head gets whatever its scores.
/// </remarks>
public static class AdaKv
{
    /// <summary>Selects in one layer.</summary>
    /// <param name="layout">Heads of the layer.</param>
    /// <param name="windowQueries">[Hq, w, d], rotated.</param>
    /// <param name="keys">[Hkv, n, d], rotated.</param>
    /// <param name="scoring">Window, pooling and grouping.</param>
    /// <param name="average">base, tokens per head without the window; everything is kept if the prompt has fewer, the window alone if it is negative.</param>
    /// <param name="floorRatio">α.</param>
    /// <param name="normalise">Whether a head's scores are weighted by the share of its mass that its best base tokens hold.</param>
    public static TokenSelection Select(
        HeadLayout layout,
        ReadOnlySpan<float> windowQueries,
        ReadOnlySpan<float> keys,
        WindowScoring scoring,
        int average,
        double floorRatio,
        bool normalise)
    {
        int tokens = layout.Rows(keys, layout.KeyValueHeads);
        if (tokens <= scoring.Window || average > tokens - scoring.Window)
        {
            int heads = scoring.Grouping == ScoreGrouping.PerQueryHead ? layout.QueryHeads : layout.KeyValueHeads;
            return TokenSelection.Everything(heads, tokens);
        }

        double[][] scores = scoring.MeanScores(layout, windowQueries, keys);
        int[] capacities = HeadCapacities(scores, Math.Max(0, average), floorRatio, normalise);
        return new TokenSelection(
            scores, [.. scores.Select((head, h) => TokenSelection.BestAndWindow(head, capacities[h], tokens))]);
    }

    /// <summary>Tokens of each head, without the window, from scores [heads][n − w].</summary>
    /// <exception cref="ArgumentOutOfRangeException">α is outside [0, 1], or the average exceeds the scored tokens.</exception>
    public static int[] HeadCapacities(double[][] scores, int average, double floorRatio, bool normalise)
    {
        if (!(floorRatio >= 0 && floorRatio <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(floorRatio), floorRatio, "the floor ratio lies in [0, 1]");
        }

        int tokens = scores[0].Length;
        double[] together = [.. scores.SelectMany(head => normalise ? Normalised(head, average) : head)];
        var won = new int[scores.Length];
        foreach (int index in Ranking.Top(together, scores.Length * average))
        {
            won[index / tokens]++;
        }

        int floor = (int)(average * floorRatio);
        return [.. won.Select(count => (int)Math.Round(count * (1 - floorRatio) + floor, MidpointRounding.ToEven))];
    }

    private static IEnumerable<double> Normalised(double[] scores, int average)
    {
        double best = Ranking.Top(scores, average).Sum(token => scores[token]);
        double share = best / scores.Sum();
        return scores.Select(score => score * share);
    }
}
