namespace KvCompose.Reference.DynamicKv;

/// <summary>Settings of DynamicKV.</summary>
/// <param name="Window">w, last rows, which observe and stay.</param>
/// <param name="Capacity">Rows of a layer on average, the window included.</param>
/// <param name="Kernel">Odd width of the pooling.</param>
/// <param name="MaximumRatio">How many times the average a layer keeps at first.</param>
/// <param name="Pooling">How neighbouring scores are smoothed.</param>
public sealed record DynamicKvSettings(
    int Window = 8, int Capacity = 2048, int Kernel = 5, double MaximumRatio = 10, PoolingKind Pooling = PoolingKind.Average)
{
    /// <summary>Rows of a layer on average, without the window.</summary>
    public int Average => Capacity - Window;
}

/// <summary>The budgets after a round.</summary>
/// <param name="AfterLayer">Its last layer.</param>
/// <param name="Counts">Rows that each layer won, over the layers so far.</param>
/// <param name="Budgets">Rows that each layer keeps, without the window.</param>
public sealed record DynamicKvRound(int AfterLayer, int[] Counts, int[] Budgets);

/// <summary>DynamicKV: every four layers the layers so far compete for the whole budget, and what they stored is cut.</summary>
/// <remarks>
/// Source: Zhou et al., "DynamicKV: Task-Aware Adaptive KV Cache Compression for Long Context LLMs", arXiv 2412.14838; numbers as in
/// the published code.
/// </remarks>
public sealed class DynamicKvLayers
{
    private const int Layers = 4;

    /// <summary>Runs over all layers of a prompt.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="queries">[L][H][w][d], one query head a key head.</param>
    /// <param name="keys">[L][H][n][d].</param>
    /// <exception cref="ArgumentException">The prompt is shorter than the window.</exception>
    public DynamicKvLayers(DynamicKvSettings settings, double[][][][] queries, double[][][][] keys)
    {
        int n = keys[0][0].Length, older = n - settings.Window;
        if (older < 0)
        {
            throw new ArgumentException($"a prompt of {n} rows is shorter than the window of {settings.Window}", nameof(keys));
        }

        First = Math.Min((int)(settings.MaximumRatio * settings.Average), older);
        var scores = new List<double[][]>();
        var stored = new List<int[][]>();
        var rounds = new List<DynamicKvRound>();
        for (int layer = 0; layer < keys.Length; layer++)
        {
            scores.Add([.. keys[layer].Select((head, h) => Scores(settings, queries[layer][h], head))]);
            stored.Add([.. scores[layer].Select(head => Ranking.Top(head, First))]);
            if (layer % Layers == Layers - 1)
            {
                DynamicKvRound round = Round(settings, scores, older, keys.Length);
                rounds.Add(round);
                for (int l = 0; l <= layer; l++)
                {
                    stored[l] = [.. stored[l].Select(rows => rows[..Math.Clamp(round.Budgets[l], 0, rows.Length)])];
                }
            }
        }

        Rounds = rounds;
        Kept = [.. stored.Select(layer => layer.Select(rows => (int[])[.. rows, .. Enumerable.Range(older, settings.Window)]).ToArray())];
    }

    /// <summary>Rows that a layer keeps until the first round, without the window.</summary>
    public int First { get; }

    /// <summary>The rounds.</summary>
    public IReadOnlyList<DynamicKvRound> Rounds { get; }

    /// <summary>Rows kept, [L][H], in the order of the cache: by falling score, then the window.</summary>
    public int[][][] Kept { get; }

    private static double[] Scores(DynamicKvSettings settings, double[][] queries, double[][] keys)
    {
        int older = keys.Length - settings.Window;
        var sums = new double[older];
        for (int row = 0; row < settings.Window; row++)
        {
            double[] attention = Numbers.Attention(queries[queries.Length - settings.Window + row], keys[..(older + row + 1)]);
            for (int j = 0; j < older; j++)
            {
                sums[j] += attention[j];
            }
        }

        return Pooling.Apply(sums, settings.Pooling, settings.Kernel);
    }

    private DynamicKvRound Round(DynamicKvSettings settings, List<double[][]> scores, int older, int layers)
    {
        int so = scores.Count, heads = scores[0].Length, wanted = settings.Average * heads * so;
        double[] flat = [.. scores.SelectMany(layer => layer.SelectMany(head => head))];
        var counts = new int[so];
        foreach (int index in Ranking.Top(flat, Math.Min(wanted, flat.Length)))
        {
            counts[index / (heads * older)]++;
        }

        counts = [.. counts.Select(count => count / so)];
        if (so == layers && counts.Sum() != heads * older)
        {
            counts[^1] += wanted / layers - counts.Sum();
        }

        // The code divides integers into float32 here, and truncates.
        int sum = counts.Sum(), whole = settings.Average * layers;
        int[] shares = [.. counts.Select(count => (int)(First * (count / (float)sum)))];
        double ratio = shares.Sum() / (double)whole;
        int[] budgets = [.. shares.Select(share => Quotient(share, ratio))];
        budgets[^1] += whole - budgets.Sum();
        return new DynamicKvRound(so - 1, counts, budgets);
    }

    /// <summary>Whole times that a divisor fits, without the rounding of a division.</summary>
    private static int Quotient(double dividend, double divisor) => (int)Math.Round((dividend - dividend % divisor) / divisor);
}
