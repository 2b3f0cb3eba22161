namespace KvCompose.Reference.Presses.Selecting;

/// <summary>ThinK as masking: the channels of the cached keys that matter least to the last queries become 0.</summary>
/// <param name="Removed">Share of the channels.</param>
/// <param name="Window">w, last rows whose queries count.</param>
/// <remarks>
/// Score of channel x: mean over the group of the mean over the last rows of q_x², times the mean over all rows of k_x². Source: Xu et
/// al., arXiv 2407.21018.
/// </remarks>
public sealed record ChannelPress(double Removed, int Window = 32) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int[][] dropped = Dropped(layer);
        return new PressOutcome(
            [.. layer.Keys.Select(head => Enumerable.Range(0, head.Length).ToArray())],
            [.. layer.Keys.Select((head, h) => head
                .Select(key => key.Select((x, i) => dropped[h].Contains(i) ? 0 : x).ToArray()).ToArray())],
            layer.Values);
    }

    /// <summary>Channels that go, [H][·], ascending.</summary>
    public int[][] Dropped(PressLayer layer) => [.. Scores(layer).Select(scores
        => Ranking.Top([.. scores.Select(x => -x)], (int)(layer.Heads.HeadDim * Removed)).Order().ToArray())];

    /// <summary>Scores of the channels, [H][d].</summary>
    public double[][] Scores(PressLayer layer)
    {
        double[][] queries = layer.GroupMeans([.. layer.LastQueries(Math.Min(Window, layer.PassRows)).Select(MeanSquares)]);
        return [.. queries.Zip(layer.Keys, (q, keys) => q.Zip(MeanSquares(keys), (x, y) => x * y).ToArray())];
    }

    private static double[] MeanSquares(double[][] rows) => Numbers.Mean([.. rows.Select(row => row.Select(x => x * x).ToArray())]);
}
