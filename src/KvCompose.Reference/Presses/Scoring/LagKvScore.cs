namespace KvCompose.Reference.Presses.Scoring;

/// <summary>LagKV: how much a row varies across channels in the scale of the part that follows it.</summary>
/// <param name="Sinks">s, first rows, which stay.</param>
/// <param name="Lag">λ, rows of a part.</param>
/// <param name="CrossScoring">Whether the raw scores of all parts compete instead of the ranks inside each part.</param>
/// <remarks>
/// Part p (all but the last) with per-channel minimum and maximum of part p + 1: u = (x − min)/(max − min), σ = deviation of u over the
/// channels (d − 1), softmax over the part; K and V averaged; then the ascending rank/λ. Sinks, last part and tail: 1. Fewer than s +
/// 2λ rows: recency. Source: Liang et al., "LagKV: Lag-Relative Information of the KV Cache Tells Which Tokens Are Important", arXiv
/// 2504.04704.
/// </remarks>
public sealed record LagKvScore(int Sinks = 4, int Lag = 128, bool CrossScoring = false) : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        int n = layer.Rows;
        if (n < Sinks + 2 * Lag)
        {
            return [.. layer.Keys
                .Select(_ => Enumerable.Range(0, n).Select(j => j < Sinks ? 1 : (j - Sinks) / (double)(n - Sinks)).ToArray())];
        }

        int parts = (n - Sinks) / Lag;
        return [.. layer.Keys.Zip(layer.Values, (keys, values) =>
        {
            double[] scores = [.. Enumerable.Repeat(1.0, n)];
            for (int part = 0; part < parts - 1; part++)
            {
                int first = Sinks + part * Lag;
                double[] score = [.. Spread(keys, first).Zip(Spread(values, first), (k, v) => (k + v) / 2)];
                (CrossScoring ? score : Ranks(score)).CopyTo(scores, first);
            }

            return scores;
        })];
    }

    private double[] Spread(double[][] rows, int first)
    {
        double[][] part = rows[first..(first + Lag)], next = rows[(first + Lag)..(first + 2 * Lag)];
        double[] maximum = Numbers.Max(next);
        double[] minimum = [.. Enumerable.Range(0, maximum.Length).Select(i => next.Min(row => row[i]))];
        return Numbers.Softmax(
            [.. part.Select(row => Numbers.Deviation([.. row.Select((x, i) => (x - minimum[i]) / (maximum[i] - minimum[i]))]))]);
    }

    private double[] Ranks(double[] scores)
    {
        var ranks = new double[Lag];
        int[] ascending = [.. Enumerable.Range(0, Lag).OrderBy(j => scores[j])];
        for (int rank = 0; rank < Lag; rank++)
        {
            ranks[ascending[rank]] = rank / (double)Lag;
        }

        return ranks;
    }
}
