namespace KvCompose.Reference;

/// <summary><see cref="FastKv"/> over a whole model.</summary>
public sealed class FastKvSelector(HeadLayout layout, FastKvPlan plan, int promptTokens) : IPlainSelector
{
    private readonly FastKv _run = new(layout, plan, promptTokens);

    /// <summary>What was decided, layer by layer, with the positions that reached the layer.</summary>
    public List<(int[] Positions, FastKvLayer Layer)> Decisions { get; } = [];

    /// <inheritdoc/>
    public PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys)
    {
        int tokens = positions.Length, window = Math.Min(plan.Scoring.Window, tokens), row = layout.HeadDim;
        var last = new List<float>(layout.QueryHeads * window * row);
        for (int head = 0; head < layout.QueryHeads; head++)
        {
            last.AddRange(queries.AsSpan(((head + 1) * tokens - window) * row, window * row));
        }

        FastKvLayer decision = _run.Select(layer, last.ToArray(), keys);
        Decisions.Add((positions, decision));
        if (decision.Propagated is { } propagated)
        {
            _run.Propagate(layer, propagated);
        }

        return new PlainChoice(decision.Selection.Kept, decision.Propagated);
    }
}
