namespace KvCompose.Reference.VlCache;

/// <summary>Who gets what clipping leaves over of the whole budget.</summary>
public enum VlCacheFilling
{
    /// <summary>Layers that are not full, in proportion to their density.</summary>
    Density,

    /// <summary>Layers 0, 1, … until each is full: one published re-implementation.</summary>
    Listed,
}

/// <summary>VL-Cache's layer budgets: layers whose attention is dense get more.</summary>
/// <param name="Share">α, share of the whole model's rows.</param>
/// <param name="Filling">Who gets what clipping leaves over.</param>
/// <remarks>
/// β_l = clip(δ_l/Σδ·α·L, 0.01, 1). Integers: the total is ⌊α·L·n⌋; ⌊β_l·n⌋ each, then one more in falling order of the fractions.
/// Source: Tu et al., "VL-Cache: Sparsity and Modality-Aware KV Cache Compression for Vision-Language Model Inference Acceleration",
/// arXiv 2410.23317; the integers are not in the paper.
/// </remarks>
public sealed record VlCacheBudget(double Share, VlCacheFilling Filling = VlCacheFilling.Density)
{
    private const double Least = 0.01, TotalRounding = 1e-9, LayerRounding = 1e-12;

    /// <summary>β, [L].</summary>
    public double[] Shares(double[] densities)
    {
        double sum = densities.Sum();
        return [.. densities.Select(density => Math.Clamp(density / sum * Share * densities.Length, Least, 1))];
    }

    /// <summary>Rows of the whole model, over all layers.</summary>
    public int Total(int layers, int rows)
        => (int)Math.Clamp(Math.Floor(Share * layers * rows + TotalRounding), (double)layers * Low(rows), (double)layers * rows);

    /// <summary>Rows that each layer keeps, [L].</summary>
    public int[] Rows(double[] densities, int rows)
    {
        double[] ideal = [.. Shares(densities).Select(share => share * rows)];
        double[] whole = [.. ideal.Select(x => Math.Floor(x + LayerRounding))], fractions = [.. ideal.Zip(whole, (x, w) => x - w)];
        int low = Low(rows);
        int[] budget = [.. whole.Select(x => (int)Math.Clamp(x, low, rows))];
        int left = Total(densities.Length, rows) - budget.Sum();
        if (left < 0)
        {
            foreach (int layer in Ranking.Top([.. fractions.Select(x => -x)], fractions.Length))
            {
                int less = Math.Min(budget[layer] - low, -left);
                budget[layer] -= less;
                left += less;
            }

            return budget;
        }

        foreach (int layer in Ranking.Top(fractions, fractions.Length))
        {
            if (left > 0 && budget[layer] < rows)
            {
                budget[layer]++;
                left--;
            }
        }

        if (Filling == VlCacheFilling.Density)
        {
            FillByDensity(budget, densities, rows, left);
            return budget;
        }

        for (int layer = 0; layer < budget.Length; layer++)
        {
            int more = Math.Min(rows - budget[layer], left);
            budget[layer] += more;
            left -= more;
        }

        return budget;
    }

    private static int Low(int rows) => Math.Max(1, (int)(Least * rows));

    /// <summary>
    /// Shares by density; a layer that its share would overfill is filled first, the others share what remains by largest remainder.
    /// </summary>
    private static void FillByDensity(int[] budget, double[] densities, int rows, int left)
    {
        int[] open = [.. Enumerable.Range(0, budget.Length).Where(layer => budget[layer] < rows)];
        while (left > 0)
        {
            double sum = open.Sum(layer => densities[layer]);
            double[] shares = [.. open.Select(layer => sum > 0 ? left * densities[layer] / sum : left / (double)open.Length)];
            int[] full = [.. open.Where((layer, i) => shares[i] >= rows - budget[layer])];
            if (full.Length == 0)
            {
                AddByLargestRemainder(budget, open, shares, left);
                return;
            }

            foreach (int layer in full)
            {
                left -= rows - budget[layer];
                budget[layer] = rows;
            }

            open = [.. open.Except(full)];
        }
    }

    private static void AddByLargestRemainder(int[] budget, int[] layers, double[] shares, int left)
    {
        int[] whole = [.. shares.Select(share => (int)share)];
        int[] next = Ranking.Top([.. shares.Zip(whole, (share, w) => share - w)], left - whole.Sum());
        for (int i = 0; i < layers.Length; i++)
        {
            budget[layers[i]] += whole[i] + (next.Contains(i) ? 1 : 0);
        }
    }
}
