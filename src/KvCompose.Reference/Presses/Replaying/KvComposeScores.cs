namespace KvCompose.Reference.Presses.Replaying;

/// <summary>The published method KVCompose: attention of task prompts, and budgets from ranks that are comparable across layers.</summary>
/// <param name="MaximumOverTasks">Whether the rows of the tasks give their maximum; else their mean.</param>
/// <param name="MaximumOverGroup">Whether a group gives its maximum; else its mean.</param>
/// <param name="MaximumOverHeads">Whether the heads of a layer give their maximum to its composite rows; else their mean.</param>
/// <param name="ValueNorm">Whether a score is multiplied by ‖v_j‖₂.</param>
/// <param name="AddHeadMean">Whether the mean over the heads is added to each.</param>
/// <param name="LeastRows">First ranks that always stay.</param>
/// <param name="Structured">Whether the heads of a layer keep equally many rows.</param>
/// <remarks>
/// Source: Akulov et al., "KVCompose: Efficient Structured KV Cache Compression with Composite Tokens", arXiv 2509.05165.
/// </remarks>
public sealed record KvComposeScores(
    bool MaximumOverTasks = true,
    bool MaximumOverGroup = false,
    bool MaximumOverHeads = false,
    bool ValueNorm = false,
    bool AddHeadMean = true,
    int LeastRows = 0,
    bool Structured = true)
{
    private const double Certain = 1e9;

    /// <summary>Scores [L][H][n]. The tasks run one after another on a copy of the cache, later ones see earlier ones.</summary>
    public double[][][] Score(PressTransformer transformer, int rows, PressCache cache, IEnumerable<int[]> tasks)
    {
        PressModel model = transformer.Model;
        List<double[]>[][] attention = [.. Enumerable.Range(0, model.Layers).Select(_
            => Enumerable.Range(0, model.Heads.QueryHeads).Select(_ => new List<double[]>()).ToArray())];
        PressCache copy = cache.Copy();
        int position = rows;
        foreach (int[] task in tasks)
        {
            transformer.Run(task, position, copy, layer =>
            {
                foreach ((int head, double[][] queries) in layer.LastQueries(task.Length).Index())
                {
                    attention[layer.Index][head].AddRange(layer.LastAttention(queries, head).Select(row => row[..rows]));
                }
            });
            position += task.Length;
        }

        return [.. attention.Select((layer, l) =>
        {
            double[][] perHead = [.. layer.Select(head => MaximumOverTasks ? Numbers.Max(head) : Numbers.Mean(head))];
            double[][] scores = [.. perHead.Chunk(model.Heads.Group).Select((group, h) => WithNorms(
                MaximumOverGroup ? Numbers.Max(group) : Numbers.Mean(group), cache.Layer(l)[h]))];
            double[] mean = Numbers.Mean(scores);
            return AddHeadMean ? [.. scores.Select(head => head.Zip(mean, (x, y) => x + y).ToArray())] : scores;
        })];
    }

    /// <summary>Rows that stay, [L][H], ascending.</summary>
    public int[][][] Select(double[][][] scores, double removed)
    {
        double[][][] sorted = [.. scores.Select(layer => layer.Select(head => head.OrderDescending().ToArray()).ToArray())];
        int[][] counts = Structured ? LayerCounts(sorted, removed) : HeadCounts(sorted, removed);
        return [.. scores.Select((layer, l) => layer.Select((head, h) => Ranking.Top(head, counts[l][h]).Order().ToArray()).ToArray())];
    }

    private int[][] LayerCounts(double[][][] sorted, double removed)
    {
        double[][] composite = [.. sorted.Select(layer => Raised(MaximumOverHeads ? Numbers.Max(layer) : Numbers.Mean(layer)))];
        composite[0] = Numbers.Max(composite);
        int rows = composite[0].Length;
        var counts = new int[sorted.Length];
        foreach (int index in Ranking.Top([.. composite.SelectMany(layer => layer)], KeptCount.Of(rows * sorted.Length, removed)))
        {
            counts[index / rows]++;
        }

        return [.. counts.Select((count, l) => Enumerable.Repeat(Math.Max(count, Math.Max(1, LeastRows)), sorted[l].Length).ToArray())];
    }

    private int[][] HeadCounts(double[][][] sorted, double removed)
    {
        int heads = sorted[0].Length, rows = sorted[0][0].Length;
        double[] flat = [.. sorted.SelectMany(layer => layer.SelectMany(Raised))];
        int[][] counts = [.. sorted.Select(_ => new int[heads])];
        foreach (int index in Ranking.Top(flat, KeptCount.Of(flat.Length, removed)))
        {
            counts[index / rows / heads][index / rows % heads]++;
        }

        return counts;
    }

    private double[] Raised(double[] ranks) => [.. ranks.Select((x, rank) => rank < LeastRows ? x + Certain : x)];

    private double[] WithNorms(double[] scores, List<CachedRow> rows)
        => ValueNorm ? [.. scores.Select((x, j) => x * Numbers.Norm(rows[j].Value))] : scores;
}
