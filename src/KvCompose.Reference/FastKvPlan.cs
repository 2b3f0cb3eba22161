namespace KvCompose.Reference;

/// <summary>What a FastKV pipeline is declared with.</summary>
public sealed record FastKvPlan
{
    /// <summary>Window, pooling and kernel. Scores are pooled per query head, then summed over the group.</summary>
    public WindowScoring Scoring { get; }

    /// <summary>Tokens kept per key-value head, the window included; a rate is relative to the prompt in every layer.</summary>
    public TokenBudget Retention { get; }

    /// <summary>Where tokens stop, in order of layers; empty keeps all tokens in all layers.</summary>
    public IReadOnlyList<PropagationPoint> Points { get; }

    /// <summary>Makes a plan.</summary>
    /// <exception cref="ArgumentException">The layers of the points are negative or not strictly increasing, or the window is below 1.</exception>
    public FastKvPlan(int window, PoolingKind pooling, int kernel, TokenBudget retention, params IReadOnlyList<PropagationPoint> points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        for (int i = 0; i < points.Count; i++)
        {
            if (points[i].Layer <= (i == 0 ? -1 : points[i - 1].Layer))
            {
                throw new ArgumentException($"propagation layer {points[i].Layer} does not follow the one before it");
            }
        }

        Scoring = new WindowScoring(window, pooling, kernel, ScoreGrouping.PoolThenReduce, GroupReduction.Sum);
        (Retention, Points) = (retention, points);
    }
}
