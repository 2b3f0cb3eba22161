using KvCompose.Reference.Presses.Scoring;

namespace KvCompose.Reference.Presses.Selecting;

/// <summary>CriticalKV within the head budgets of AdaKV.</summary>
/// <param name="Scorer">The scorer.</param>
/// <param name="Safe">α of <see cref="AdaPress"/>.</param>
/// <param name="Epsilon">ε of <see cref="CriticalScore"/>.</param>
/// <param name="FirstStage">Share of a head's budget that the score alone decides.</param>
/// <remarks>Source: Feng et al., arXiv 2502.03805.</remarks>
public sealed record CriticalAdaPress(IPressScorer Scorer, double Safe = 0.2, double Epsilon = 1e-4, double FirstStage = 0.5) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        double[][] scores = Scorer.Score(layer, removed), norms = CriticalScore.ProjectedNorms(layer);
        int[] budgets = AdaPress.Budgets(scores, removed, Safe, out int[][] safe);
        return PressOutcome.Of(layer, [.. scores.Select((head, h) =>
        {
            double[] weighted = [.. head.Select((s, j) => (s + Epsilon) * norms[h][j])], first = [.. head];
            Array.ForEach(safe[h], row => first[row] = double.PositiveInfinity);
            foreach (int row in Ranking.Top(first, (int)(budgets[h] * FirstStage)))
            {
                weighted[row] = double.PositiveInfinity;
            }

            return Ranking.Top(weighted, budgets[h]);
        })]);
    }

    /// <summary>Rows that each head keeps.</summary>
    public int[] HeadBudgets(PressLayer layer, double removed) => AdaPress.Budgets(Scorer.Score(layer, removed), removed, Safe, out _);
}
