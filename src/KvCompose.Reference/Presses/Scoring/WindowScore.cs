namespace KvCompose.Reference.Presses.Scoring;

/// <summary>SnapKV: attention of the last w rows, pooled; the window itself stays.</summary>
/// <param name="Window">w.</param>
/// <param name="Kernel">Odd width of the average pooling; zeros at the edges count.</param>
/// <remarks>
/// Mean over the window's rows, average pooling, mean over the group, the window at the maximum plus one. Source: Li et al., arXiv
/// 2404.14469.
/// </remarks>
public sealed record WindowScore(int Window = 64, int Kernel = 5) : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        if (layer.PassRows <= Window || layer.Rows <= Window)
        {
            throw new ArgumentException($"{layer.PassRows} rows are not more than the window of {Window}", nameof(layer));
        }

        double[][] pooled = [.. layer.LastQueries(Window)
            .Select((queries, head) => Numbers.Mean(layer.LastAttention(queries, head))[..^Window])
            .Select(mean => Pooling.Apply(mean, PoolingKind.Average, Kernel))];
        return Protection.AroundWithMaximumPlusOne(layer.GroupMeans(pooled), 0, Window);
    }
}
