namespace KvCompose.Reference.Presses.Scoring;

/// <summary>CriticalKV: the best rows by another score, then the best by that score times the norm that W_O leaves of the value.</summary>
/// <param name="Base">The other score.</param>
/// <param name="Epsilon">Added to it before the product.</param>
/// <param name="FirstStage">Share of the budget that the other score alone decides.</param>
/// <remarks>
/// First stage: the best max(1, trunc((1 − r)·n·f)) rows (none if f = 0) get the largest float. The others (s + ε)·w_j, w_j = mean over
/// the group of ‖W_O v_j‖₁. Source: Feng et al., "Identify Critical KV Cache in LLM Inference from an Output Perturbation Perspective",
/// arXiv 2502.03805.
/// </remarks>
public sealed record CriticalScore(IPressScorer Base, double Epsilon = 1e-4, double FirstStage = 0.5) : IPressScorer
{
    /// <summary>The score of a row that stays whatever the others have.</summary>
    public const double Always = float.MaxValue;

    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        double[][] scores = Base.Score(layer, removed), weighted = Weighted(layer, scores);
        int first = FirstStageRows(layer.Rows, removed);
        foreach ((int head, double[] row) in weighted.Index())
        {
            Array.ForEach(Ranking.Top(scores[head], first), j => row[j] = Always);
        }

        return weighted;
    }

    /// <summary>Rows of each head that the other score alone decides.</summary>
    public int FirstStageRows(int rows, double removed)
        => FirstStage > 0 ? Math.Min(rows, Math.Max(1, (int)((1 - removed) * rows * FirstStage))) : 0;

    /// <summary>(s + ε)·w_j, [H][n].</summary>
    public double[][] Weighted(PressLayer layer, double[][] scores)
        => [.. scores.Zip(ProjectedNorms(layer), (head, norms) => head.Zip(norms, (s, w) => (s + Epsilon) * w).ToArray())];

    /// <summary>Mean over the group of ‖W_O^a v_j‖₁, [H][n].</summary>
    public static double[][] ProjectedNorms(PressLayer layer)
    {
        int d = layer.Heads.HeadDim;
        return layer.GroupMeans([.. Enumerable.Range(0, layer.Heads.QueryHeads).Select(head => layer.Values[head / layer.Heads.Group]
            .Select(value => layer.OutputProjection.Sum(row => Math.Abs(Numbers.Dot(row.AsSpan(head * d, d), value)))).ToArray())]);
    }
}
