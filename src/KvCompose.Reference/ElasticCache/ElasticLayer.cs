namespace KvCompose.Reference.ElasticCache;

/// <summary>Elastic Cache in one layer: rows that go are merged into the kept row nearest by position; one choice for all heads.</summary>
/// <remarks>
/// Importance: Σ over the rows of the mean over the heads of causal attention. First and last rows stay and receive nothing; of the
/// others the most important. A kept row becomes the mean of itself and all that it receives. Source: Liu et al., "Efficient Inference
/// of Vision Instruction-Following Models with Elastic Cache", arXiv 2407.18121. The published code takes the order of sorting for
/// ranks, drops one row more, and reads merged rows one place off where rows were skipped at the front.
/// </remarks>
public sealed class ElasticLayer
{
    /// <summary>Decides for a prompt.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="importance">[n].</param>
    public ElasticLayer(ElasticSettings settings, double[] importance)
    {
        int n = importance.Length, forgotten = settings.Forgotten(n), first = settings.First, middle = n - first - settings.Last;
        if (settings.ReferenceExact && forgotten == 1)
        {
            // One row too many looks like a decode step with no slot set yet: the code deletes slot 0.
            (Kept, Merges) = ([.. Enumerable.Range(1, n - 1)], []);
            return;
        }

        if (forgotten < 1 || middle < 1)
        {
            (Kept, Merges) = ([.. Enumerable.Range(0, n)], []);
            return;
        }

        bool[] stays = settings.ReferenceExact
            ? [.. Sorted(importance[first..(first + middle)]).Select(place => place > forgotten)]
            : Best(importance[first..(first + middle)], Math.Max(0, middle - forgotten));
        int[] targets = [.. Enumerable.Range(0, middle).Where(i => stays[i]).Select(i => i + first)];
        Kept = [.. Enumerable.Range(0, first), .. targets, .. Enumerable.Range(n - settings.Last, settings.Last)];
        int shift = settings.ReferenceExact ? 0 : first;
        Merges = targets.Length == 0
            ? []
            : [.. Enumerable.Range(0, middle).Where(i => !stays[i])
                .Select(i => (i + shift, targets.MinBy(target => Math.Abs(target - i - shift))))];
    }

    /// <summary>Rows that stay, ascending.</summary>
    public int[] Kept { get; }

    /// <summary>Which row is merged into which.</summary>
    public IReadOnlyList<(int From, int To)> Merges { get; }

    /// <summary>Importance of each row, [n].</summary>
    /// <param name="queries">[Hq][n][d].</param>
    /// <param name="keys">[H][n][d].</param>
    public static double[] Importance(double[][][] queries, double[][][] keys)
    {
        int group = queries.Length / keys.Length;
        var importance = new double[keys[0].Length];
        for (int head = 0; head < queries.Length; head++)
        {
            for (int row = 0; row < importance.Length; row++)
            {
                double[] attention = Numbers.Attention(queries[head][row], keys[head / group][..(row + 1)]);
                for (int j = 0; j <= row; j++)
                {
                    importance[j] += attention[j] / queries.Length;
                }
            }
        }

        return importance;
    }

    /// <summary>Keys or values [n][d] of a head as they are kept, [kept][d].</summary>
    public double[][] Merge(double[][] rows) => [.. Kept.Select(row => Numbers.Mean(
        [rows[row], .. Merges.Where(merge => merge.To == row).Select(merge => rows[merge.From])]))];

    private static bool[] Best(double[] scores, int count)
    {
        var stays = new bool[scores.Length];
        Array.ForEach(Ranking.Top(scores, count), i => stays[i] = true);
        return stays;
    }

    /// <summary>Indices in ascending order of their scores.</summary>
    private static int[] Sorted(double[] scores) => [.. Enumerable.Range(0, scores.Length).OrderBy(i => scores[i])];
}
