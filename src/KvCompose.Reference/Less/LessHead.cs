namespace KvCompose.Reference.Less;

/// <summary>
/// LESS under a sparse policy, for one key-value head: the recent keys and the heavy or first ones stay exact, the others go into the
/// memory.
/// </summary>
/// <param name="weights">The head's networks.</param>
/// <param name="heavy">Older keys that stay.</param>
/// <param name="recent">Newest keys that stay.</param>
/// <param name="firstInsteadOfHeavy">Λ: the first keys instead of those with most attention.</param>
/// <param name="headDim">d.</param>
public sealed class LessHead(LessWeights weights, int heavy, int recent, bool firstInsteadOfHeavy, int headDim)
{
    private readonly List<HeldKey> _held = [];

    /// <summary>The memory.</summary>
    public LessState State { get; } = new(weights, headDim);

    /// <summary>Positions held, ascending.</summary>
    public int[] Positions => [.. _held.Select(key => key.Position)];

    /// <summary>Attention that each held key collected, summed over the group.</summary>
    public double[] Scores => [.. _held.Select(key => key.Score)];

    /// <summary>The prompt: plain causal attention, whose probabilities count; then evicts. Returns the outputs [G][n][d].</summary>
    public double[][][] Prompt(double[][][] queries, double[][] keys, double[][] values)
    {
        for (int j = 0; j < keys.Length; j++)
        {
            _held.Add(new HeldKey(j, keys[j], values[j]));
        }

        double[][][] outputs = [.. queries.Select(head => head.Select((query, row) =>
        {
            double[] attention = Numbers.Attention(query, keys[..(row + 1)]);
            Add(attention);
            return Numbers.Weighted(attention, values[..(row + 1)]);
        }).ToArray())];
        Evict(keys.Length);
        return outputs;
    }

    /// <summary>
    /// One step: attends to what is held, itself and the memory, then evicts. Returns the outputs [G][d] and the positions that went.
    /// </summary>
    public (double[][] Outputs, int[] Evicted) Step(double[][] queries, double[] key, double[] value, int position)
    {
        _held.Add(new HeldKey(position, key, value));
        double[][] keys = [.. _held.Select(held => held.Key)], values = [.. _held.Select(held => held.Value)];
        LessAttention[] attended = [.. queries.Select((query, member) => State.Attend(member, query, keys, values))];
        Array.ForEach(attended, attention => Add(attention.Probabilities));
        return ([.. attended.Select(attention => attention.Output)], Evict(position + 1));
    }

    private void Add(double[] attention)
    {
        for (int j = 0; j < attention.Length; j++)
        {
            _held[j].Score += attention[j];
        }
    }

    private int[] Evict(int seen)
    {
        if (seen <= heavy + recent)
        {
            return [];
        }

        HeldKey[] older = [.. _held.Where(key => key.Position < seen - recent)];
        IEnumerable<int> stay = firstInsteadOfHeavy
            ? Enumerable.Range(0, older.Length).Where(i => older[i].Position < heavy)
            : Ranking.Top([.. older.Select(key => key.Score)], Math.Min(heavy, older.Length));
        HeldKey[] gone = [.. older.Except(stay.Select(i => older[i]))];
        foreach (HeldKey key in gone)
        {
            State.Evict(key.Key, key.Value);
            _held.Remove(key);
        }

        return [.. gone.Select(key => key.Position)];
    }

    private sealed class HeldKey(int position, double[] key, double[] value)
    {
        public int Position { get; } = position;

        public double[] Key { get; } = key;

        public double[] Value { get; } = value;

        public double Score { get; set; }
    }
}
