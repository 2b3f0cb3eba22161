namespace KvCompose.Reference.Presses.Selecting;

/// <summary>Values of dropped rows, merged into the kept row whose key is most alike. Keys stay.</summary>
/// <param name="Scorer">The scorer that decides what is dropped.</param>
/// <param name="Threshold">t, least cosine of a merge.</param>
/// <param name="Fraction">f, share of a head's dropped rows that may be merged.</param>
/// <remarks>Weight u = max(cos, 0)·‖v_e‖/(‖v_e‖ + ‖v_t‖ + 1e-6); v_t ← (v_t + Σ u·v_e)/(1 + Σ u).</remarks>
public sealed record MergingPress(IPressScorer Scorer, double Threshold = 0, double Fraction = 1) : IPress
{
    private const double NormFloor = 1e-6;

    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        PressOutcome kept = new ScorerPress(Scorer).Compress(layer, removed);
        return kept with { Values = [.. kept.Kept.Select((rows, head) => Merge(layer.Keys[head], layer.Values[head], rows))] };
    }

    private double[][] Merge(double[][] keys, double[][] values, int[] kept)
    {
        int[] dropped = [.. Enumerable.Range(0, keys.Length).Except(kept)];
        if (dropped.Length == 0)
        {
            return [.. kept.Select(row => values[row])];
        }

        (int Target, double Cosine)[] best = [.. dropped.Select(row =>
        {
            double[] cosines = [.. kept.Select(other => Numbers.Cosine(keys[row], keys[other], 1e-12))];
            int target = Ranking.Top(cosines, 1)[0];
            return (target, cosines[target]);
        })];
        double least = Threshold;
        if (Fraction < 1)
        {
            double[] passed = [.. best.Select(match => match.Cosine >= Threshold ? match.Cosine : double.NegativeInfinity)];
            // NaN, from interpolating between −∞ and −∞ or a number, lets nothing pass.
            double quantile = Numbers.Quantile(passed, 1 - Fraction);
            least = double.IsNaN(quantile) ? double.PositiveInfinity : Math.Max(Threshold, quantile);
        }

        double[][] merged = [.. kept.Select(row => values[row].ToArray())];
        double[] weights = [.. kept.Select(_ => 1.0)];
        foreach ((int index, (int target, double cosine)) in best.Index())
        {
            if (cosine < least)
            {
                continue;
            }

            double[] value = values[dropped[index]];
            double own = Numbers.Norm(value), weight = Math.Max(cosine, 0) * own / (own + Numbers.Norm(values[kept[target]]) + NormFloor);
            weights[target] += weight;
            for (int i = 0; i < value.Length; i++)
            {
                merged[target][i] += weight * value[i];
            }
        }

        return [.. merged.Select((value, row) => value.Select(x => x / weights[row]).ToArray())];
    }
}
