namespace KvCompose.Reference.VlCache;

/// <summary>What VL-Cache reads of one layer: the attention of the rows after the image, or after any long middle part.</summary>
/// <remarks>
/// A probability counts as zero if it is below <c>threshold</c> times its row's largest. Source: Tu et al., arXiv 2410.23317.
/// </remarks>
public sealed class VlCacheLayer
{
    /// <summary>Reads a layer.</summary>
    /// <param name="queries">[Hq][rows][d], the last rows.</param>
    /// <param name="keys">[Hk][n][d].</param>
    /// <param name="threshold">Share of the row's maximum below which a probability is zero.</param>
    public VlCacheLayer(double[][][] queries, double[][][] keys, double threshold)
    {
        int n = keys[0].Length, rows = queries[0].Length, group = queries.Length / keys.Length;
        ZeroCounts = new int[queries.Length];
        long visible = 0;
        double[][] sums = [.. queries.Select(_ => new double[n])];
        for (int row = 0; row < rows; row++)
        {
            int seen = n - rows + row + 1;
            visible += seen;
            for (int head = 0; head < queries.Length; head++)
            {
                double[] attention = Numbers.Attention(queries[head][row], keys[head / group][..seen]);
                double least = threshold * attention.Max();
                ZeroCounts[head] += attention.Count(a => a < least);
                for (int j = 0; j < seen; j++)
                {
                    sums[head][j] += attention[j];
                }
            }
        }

        Sparsity = [.. ZeroCounts.Select(zeros => zeros / (double)visible)];
        Density = 1 - Sparsity.Average();
        Scores = [.. sums.Chunk(group).Select(Numbers.Mean)];
    }

    /// <summary>Zeros per query head.</summary>
    public int[] ZeroCounts { get; }

    /// <summary>γ, zeros by visible entries, per query head.</summary>
    public double[] Sparsity { get; }

    /// <summary>δ = 1 − mean γ.</summary>
    public double Density { get; }

    /// <summary>Mean over the group of the sums over the rows, [Hk][n].</summary>
    public double[][] Scores { get; }

    /// <summary>Rows kept per head, ascending: the newest ⌊fraction·budget⌋, and the best of the others.</summary>
    public int[][] Select(int budget, double recentFraction) => [.. Scores.Select(head =>
    {
        int recent = (int)(recentFraction * budget), older = head.Length - recent;
        return (int[])[.. Ranking.Top(head.AsSpan(0, older), budget - recent).Order(), .. Enumerable.Range(older, recent)];
    })];
}
