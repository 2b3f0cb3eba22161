namespace KvCompose.Reference.RKv;

/// <summary>R-KV for one key-value head: importance by the last queries, less redundancy among the keys.</summary>
/// <remarks>
/// Importance of the n − w older keys: maximum over the group of the logits, softmax, mean over the w rows, maximum pooling.
/// Redundancy: softmax over all n of the column means of the cosines, diagonal and one similar entry of each row set to 0. Score λ·imp
/// − (1 − λ)·red. Source: Cai et al., "R-KV: Redundancy-aware KV Cache Compression for Reasoning Models", arXiv 2505.24133.
/// </remarks>
public sealed class RKvHead
{
    private const double NormFloor = 1e-8;

    /// <summary>Decides over n cached keys, n at least the budget.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="queries">[G][w][d], the last queries.</param>
    /// <param name="keys">[n][d] in the order of the cache.</param>
    public RKvHead(RKvSettings settings, double[][][] queries, double[][] keys)
    {
        int older = keys.Length - settings.Window;
        Importance = ImportanceOf(settings, queries, keys[..older]);
        Redundancy = RedundancyOf(settings, keys);
        Score = [.. Importance.Select((x, j) => settings.Lambda * x - (1 - settings.Lambda) * Redundancy[j])];
        Kept = [.. Ranking.Top(Score, settings.Budget - settings.Window), .. Enumerable.Range(older, settings.Window)];
    }

    /// <summary>[n − w].</summary>
    public double[] Importance { get; }

    /// <summary>[n].</summary>
    public double[] Redundancy { get; }

    /// <summary>[n − w].</summary>
    public double[] Score { get; }

    /// <summary>Indices kept in the order of the cache: by falling score, then the window.</summary>
    public int[] Kept { get; }

    private static double[] ImportanceOf(RKvSettings settings, double[][][] queries, double[][] keys)
    {
        double scale = 1 / Math.Sqrt(queries[0][0].Length);
        IEnumerable<double[]> rows = Enumerable.Range(0, settings.Window).Select(row => Numbers.Softmax(
            [.. keys.Select(key => queries.Max(head => Numbers.Dot(head[head.Length - settings.Window + row], key) * scale))]));
        return Pooling.Apply(Numbers.Mean([.. rows]), PoolingKind.Max, settings.Kernel);
    }

    private static double[] RedundancyOf(RKvSettings settings, double[][] keys)
    {
        int n = keys.Length;
        double[][] unit = [.. keys.Select(key => key.Select(x => x / (Numbers.Norm(key) + NormFloor)).ToArray())];
        var means = new double[n];
        for (int i = 0; i < n; i++)
        {
            double[] row = [.. unit.Select((other, j) => j == i ? 0 : Numbers.Dot(unit[i], other))];
            row[Forgiven(settings, row)] = 0;
            for (int j = 0; j < n; j++)
            {
                means[j] += row[j] / n;
            }
        }

        return Numbers.Softmax(means);
    }

    /// <summary>The entry of a row that counts as 0; slot 0 where none is similar.</summary>
    private static int Forgiven(RKvSettings settings, double[] row)
    {
        IEnumerable<int> similar = row.Select((cosine, slot) => cosine > settings.SimilarityThreshold ? slot : 0);
        return settings.Direction switch
        {
            RKvDirection.Last => similar.Max(),
            RKvDirection.First => similar.Min(),
            _ => similar.Order().ElementAt((int)(row.Length * settings.RetainShare) - 1),
        };
    }
}
