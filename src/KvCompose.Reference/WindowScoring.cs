namespace KvCompose.Reference;

/// <summary>How the attention of the last queries becomes one score a token and head.</summary>
/// <param name="Window">w, queries that observe; they are always kept themselves.</param>
/// <param name="Pooling">How neighbouring scores are smoothed.</param>
/// <param name="Kernel">Odd width of the pooling, κ.</param>
/// <param name="Grouping">Whether and when the group shares.</param>
/// <param name="Reduction">What a group makes of its scores; not used per query head.</param>
public sealed record WindowScoring(
    int Window,
    PoolingKind Pooling,
    int Kernel,
    ScoreGrouping Grouping = ScoreGrouping.PerQueryHead,
    GroupReduction Reduction = GroupReduction.Sum)
{
    /// <summary>Scores [heads][n − w] of the tokens before the window.</summary>
    /// <param name="layout">Heads: query heads, or key-value heads if the group shares.</param>
    /// <param name="windowQueries">[Hq, w, d], the rotated queries of the last w positions.</param>
    /// <param name="keys">[Hkv, n, d], rotated; n above w.</param>
    /// <exception cref="ArgumentException">The window is below 1 or leaves no token to score, the kernel is even, or a span does not fit.</exception>
    public double[][] Scores(HeadLayout layout, ReadOnlySpan<float> windowQueries, ReadOnlySpan<float> keys)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1);
        int tokens = layout.Rows(keys, layout.KeyValueHeads);
        if (tokens <= Window)
        {
            throw new ArgumentException($"a window of {Window} leaves no token of {tokens} to score");
        }

        var sums = new double[layout.QueryHeads][];
        for (int head = 0; head < sums.Length; head++)
        {
            sums[head] = ColumnSums(
                layout.Head(windowQueries, head, Window), layout.Head(keys, head / layout.Group, tokens), tokens, layout.HeadDim);
        }

        return Grouping switch
        {
            ScoreGrouping.PerQueryHead => Pool(sums),
            ScoreGrouping.PoolThenReduce => Reduce(layout, Pool(sums), Reduction),
            _ => Pool(Reduce(layout, sums, Reduction)),
        };
    }

    /// <summary>As <see cref="Scores"/>, but the mean over the window's rows instead of the sum: the same ranking.</summary>
    public double[][] MeanScores(HeadLayout layout, ReadOnlySpan<float> windowQueries, ReadOnlySpan<float> keys) =>
        [.. Scores(layout, windowQueries, keys).Select(head => head.Select(score => score / Window).ToArray())];

    /// <summary>Reduces scores [Hq][tokens] to [Hkv][tokens].</summary>
    internal static double[][] Reduce(HeadLayout layout, double[][] scores, GroupReduction reduction)
    {
        var reduced = new double[layout.KeyValueHeads][];
        for (int head = 0; head < reduced.Length; head++)
        {
            reduced[head] = GroupReduce.Apply(scores[(head * layout.Group)..((head + 1) * layout.Group)], reduction);
        }

        return reduced;
    }

    private double[] ColumnSums(ReadOnlySpan<float> queries, ReadOnlySpan<float> keys, int tokens, int headDim)
    {
        double[,] probabilities = WindowAttention.Probabilities(queries, keys, Window, tokens, headDim);
        var sums = new double[tokens - Window];
        for (int row = 0; row < Window; row++)
        {
            for (int token = 0; token < sums.Length; token++)
            {
                sums[token] += probabilities[row, token];
            }
        }

        return sums;
    }

    private double[][] Pool(double[][] scores)
    {
        var pooled = new double[scores.Length][];
        for (int head = 0; head < scores.Length; head++)
        {
            pooled[head] = KvCompose.Reference.Pooling.Apply(scores[head], Pooling, Kernel);
        }

        return pooled;
    }
}
