namespace KvCompose.Reference.SqueezeAttention;

/// <summary>SqueezeAttention: layers whose attention changes its rows little get a small share, the others what that frees.</summary>
/// <remarks>
/// cos_l = mean over the prompt of cos(row before the attention block, row behind it); the best split of the L numbers into three
/// groups; the group of the highest centre gets p of the prompt, the others (L·initial − n₃·p)/(L − n₃). Source: Wang et al.,
/// "SqueezeAttention: 2D Management of KV-Cache in LLM Inference via Layer-wise Optimal Budget", arXiv 2404.04793.
/// </remarks>
public static class SqueezeBudget
{
    private const int Groups = 3;

    /// <summary>Mean cosine of two sets of rows [n][hidden].</summary>
    public static double Cosine(double[][] before, double[][] after) => before.Zip(after, (x, y) => Numbers.Cosine(x, y, 1e-8)).Average();

    /// <summary>Group 0 … 2 of each number by rising centre: the split of the sorted numbers with the least sum of squares.</summary>
    public static int[] Classes(double[] values)
    {
        int n = values.Length;
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => values[i])];
        double[] sorted = [.. order.Select(i => values[i])];
        (int First, int Second) best = (1, 2);
        double least = double.PositiveInfinity;
        for (int first = 1; first < n - 1; first++)
        {
            for (int second = first + 1; second < n; second++)
            {
                double cost = Spread(sorted[..first]) + Spread(sorted[first..second]) + Spread(sorted[second..]);
                (least, best) = cost < least ? (cost, (first, second)) : (least, best);
            }
        }

        var classes = new int[n];
        for (int rank = 0; rank < n; rank++)
        {
            classes[order[rank]] = n < Groups ? Math.Min(rank, Groups - 1) : rank < best.First ? 0 : rank < best.Second ? 1 : 2;
        }

        return classes;
    }

    /// <summary>Share of the prompt that a layer outside the last group gets.</summary>
    public static double LargeShare(int[] classes, double initial, double small)
    {
        int squeezed = classes.Count(group => group == Groups - 1);
        return (classes.Length * initial - squeezed * small) / (classes.Length - squeezed);
    }

    /// <summary>Rows per layer.</summary>
    public static int[] Rows(int[] classes, double initial, double small, int prompt)
        => [.. classes.Select(group => (int)((group == Groups - 1 ? small : LargeShare(classes, initial, small)) * prompt))];

    private static double Spread(double[] values)
    {
        double mean = values.Average();
        return values.Sum(x => (x - mean) * (x - mean));
    }
}
