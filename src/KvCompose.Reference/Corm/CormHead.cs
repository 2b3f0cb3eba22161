namespace KvCompose.Reference.Corm;

/// <summary>CORM for one key-value head: a key goes when no query of the last w gave it more than an even share.</summary>
/// <remarks>
/// Key j is in the message of query t (from 1) iff a_t[j] ≥ 1/t. State: last[j], the latest such t; on entry j + 1. At t ≥ w + r key j
/// goes iff t − last[j] ≥ w and j + 1 ≤ t − r. Source: Dai et al., "CORM: Cache Optimization with Recent Message for Large Language
/// Model Inference", arXiv 2404.15949. Grouping, the threshold over held keys and the budget are not in the paper.
/// </remarks>
public sealed class CormHead(CormSettings settings)
{
    private const double Rounding = 1e-6;
    private readonly List<HeldKey> _held = [];

    /// <summary>Positions held, ascending.</summary>
    public int[] Positions => [.. _held.Select(key => key.Position)];

    /// <summary>The latest message with each held key, in the order of <see cref="Positions"/>.</summary>
    public int[] Last => [.. _held.Select(key => key.Last)];

    /// <summary>Takes a prompt in; only its last w queries are looked at. Nothing is evicted yet.</summary>
    /// <param name="queries">[G][rows][d], queries of the last rows.</param>
    /// <param name="keys">[n][d].</param>
    public void Prompt(double[][][] queries, double[][] keys)
    {
        for (int j = 0; j < keys.Length; j++)
        {
            _held.Add(new HeldKey(j, keys[j]) { Last = j + 1 });
        }

        int given = queries[0].Length, rows = Math.Min(Math.Min(settings.Window, given), keys.Length);
        for (int row = given - rows; row < given; row++)
        {
            int t = keys.Length - given + row + 1;
            Observe([.. queries.Select(head => head[row])], t, _held[..t]);
        }
    }

    /// <summary>One decode step: appends the key, and observes its query over all held keys.</summary>
    /// <param name="queries">[G][d].</param>
    /// <param name="key">[d].</param>
    /// <param name="position">Position of the token, from 0.</param>
    public void Step(double[][] queries, double[] key, int position)
    {
        _held.Add(new HeldKey(position, key) { Last = position + 1 });
        Observe(queries, position + 1, _held);
    }

    /// <summary>Evicts after query t (from 1); returns the positions that went.</summary>
    public int[] Evict(int t)
    {
        if (t < settings.Window + settings.Recent)
        {
            return [];
        }

        int newest = t - settings.Recent;
        HeldKey[] gone = [.. _held.Where(key => t - key.Last >= settings.Window && key.Position + 1 <= newest)];
        int[] positions = Remove(gone);
        if (settings.Budget is not { } budget)
        {
            return positions;
        }

        return [.. positions, .. Remove([.. _held.Where(key => key.Position + 1 <= newest).Take(Math.Max(0, _held.Count - budget))])];
    }

    private int[] Remove(HeldKey[] gone)
    {
        Array.ForEach(gone, key => _held.Remove(key));
        return [.. gone.Select(key => key.Position)];
    }

    private void Observe(double[][] queries, int t, List<HeldKey> visible)
    {
        double[][] keys = [.. visible.Select(key => key.Key)];
        double[][] attention = [.. queries.Select(query => Numbers.Attention(query, keys))];
        double[] strength = settings.Grouping == CormGrouping.Mean ? Numbers.Mean(attention) : Numbers.Max(attention);
        int even = settings.Threshold == CormThreshold.Position ? t : visible.Count;
        for (int j = 0; j < strength.Length; j++)
        {
            if (strength[j] * even >= 1 - Rounding)
            {
                visible[j].Last = t;
            }
        }
    }

    private sealed class HeldKey(int position, double[] key)
    {
        public int Position { get; } = position;

        public double[] Key { get; } = key;

        public int Last { get; set; }
    }
}
