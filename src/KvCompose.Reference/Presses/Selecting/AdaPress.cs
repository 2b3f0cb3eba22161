namespace KvCompose.Reference.Presses.Selecting;

/// <summary>AdaKV: the heads of a layer compete with their raw scores for one budget; the best rows of each head are safe.</summary>
/// <param name="Scorer">The scorer.</param>
/// <param name="Safe">α, share of a head's even budget that is safe.</param>
/// <remarks>Source: Feng et al., arXiv 2407.11550.</remarks>
public sealed record AdaPress(IPressScorer Scorer, double Safe = 0.2) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        double[][] scores = Scorer.Score(layer, removed);
        int[] budgets = Budgets(scores, removed, Safe, out _);
        return PressOutcome.Of(layer, [.. scores.Select((head, h) => Ranking.Top(head, budgets[h]))]);
    }

    /// <summary>Rows per head, and the safe rows of each.</summary>
    internal static int[] Budgets(double[][] scores, double removed, double safeShare, out int[][] safe)
    {
        int rows = scores[0].Length, kept = KeptCount.Of(rows, removed);
        int safeRows = safeShare > 0 ? Math.Max(1, (int)(kept * safeShare)) : 0;
        safe = [.. scores.Select(head => Ranking.Top(head, safeRows))];
        double[][] raised = [.. scores.Zip(safe, (head, rows) =>
        {
            double[] copy = [.. head];
            Array.ForEach(rows, row => copy[row] = double.PositiveInfinity);
            return copy;
        })];
        var budgets = new int[scores.Length];
        foreach (int index in Ranking.Top([.. raised.SelectMany(head => head)], scores.Length * kept))
        {
            budgets[index / rows]++;
        }

        return budgets;
    }
}
