namespace KvCompose.Reference.Presses.Selecting;

/// <summary>LU-KV: shares per layer and head from a curve that was fitted beforehand; sinks and last rows stay.</summary>
/// <param name="Scorer">The scorer.</param>
/// <param name="Curve">[L][H], share removed at the asked ratio.</param>
/// <param name="Sinks">First rows that stay.</param>
/// <param name="Window">Last rows that stay.</param>
public sealed record CurvePress(IPressScorer Scorer, double[][] Curve, int Sinks = 4, int Window = 1) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        double[][] scores = Scorer.Score(layer, removed);
        double top = scores.Max(head => head.Max()) + 1;
        int n = layer.Rows;
        int[] budgets = Budgets(n, Curve[layer.Index]);
        return PressOutcome.Of(layer, [.. scores.Select((head, h) => Ranking.Top(
            [.. head.Select((s, j) => j < Sinks || j >= n - Window ? top : s)], budgets[h]))]);
    }

    /// <summary>Rows per head: the ideal (1 − share)·n, floored, the remainder to the largest fractions, at least one each.</summary>
    public static int[] Budgets(int rows, double[] shares)
    {
        float[] ideal = [.. shares.Select(share => Math.Clamp(1 - (float)share, 0, 1) * rows)];
        int total = (int)Math.Clamp(Math.Round(ideal.Sum(), MidpointRounding.ToEven), shares.Length, (double)shares.Length * rows);
        int[] budgets = [.. ideal.Select(x => (int)MathF.Floor(x))];
        int[] order = Ranking.Top([.. ideal.Select(x => (double)(x - MathF.Floor(x)))], ideal.Length);
        for (int i = 0, left = total - budgets.Sum(); i < left; i++)
        {
            budgets[order[i % order.Length]]++;
        }

        return [.. budgets.Select(x => Math.Max(x, 1))];
    }
}
