namespace KvCompose.Reference.HeteroCache;

/// <summary>The positions that matter to one key-value head at one recorded step of the calibration run. Spec §1.1.</summary>
public static class ImportantSet
{
    private const int WidestKernel = 5;

    /// <summary>K(h, s): mean over the group, average pooling with zero padding, the best k positions.</summary>
    /// <param name="rows">Attention of the step's last query, one row of probabilities a query head of the group.</param>
    /// <param name="promptTokens">P: key positions from here on were generated and do not count.</param>
    /// <param name="topTokens">k; all positions if there are fewer.</param>
    /// <param name="defects"><see cref="PublishedDefects.EvenPooling"/> or none.</param>
    /// <returns>Positions, ascending.</returns>
    public static int[] Of(IReadOnlyList<float[]> rows, int promptTokens, int topTokens, PublishedDefects defects = PublishedDefects.None)
    {
        int tokens = Math.Min(promptTokens, rows[0].Length);
        double[] mean = GroupReduce.Apply([.. rows.Select(row => row.Take(tokens).Select(p => (double)p).ToArray())], GroupReduction.Mean);
        int kernel = Math.Min(WidestKernel, tokens);
        if (kernel % 2 == 0 && kernel > 0 && !defects.HasFlag(PublishedDefects.EvenPooling))
        {
            kernel--;
        }

        double[] pooled = kernel == 0 ? [] : Pool(mean, kernel);
        int[] best = Ranking.Top(pooled, Math.Min(topTokens, pooled.Length));
        Array.Sort(best);
        return best;
    }

    /// <summary>Average with ⌊kernel/2⌋ zeros on both sides: an even kernel gives one element more than it gets.</summary>
    private static double[] Pool(double[] scores, int kernel)
    {
        int padding = kernel / 2;
        var pooled = new double[scores.Length + 2 * padding - kernel + 1];
        for (int i = 0; i < pooled.Length; i++)
        {
            for (int j = Math.Max(0, i - padding); j < Math.Min(scores.Length, i - padding + kernel); j++)
            {
                pooled[i] += scores[j];
            }

            pooled[i] /= kernel;
        }

        return pooled;
    }
}
