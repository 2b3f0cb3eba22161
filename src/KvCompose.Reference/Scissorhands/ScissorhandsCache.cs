namespace KvCompose.Reference.Scissorhands;

/// <summary>Settings of Scissorhands.</summary>
/// <param name="Budget">Slots.</param>
/// <param name="History">Latest flags that count.</param>
/// <param name="Recent">Newest positions that stay.</param>
/// <param name="First">First positions that stay.</param>
/// <param name="ReferenceExact">
/// The published re-implementation: free slots and protected keys take part with scores of 0 and 1, and the first head's count of held keys
/// is every head's.
/// </param>
public sealed record ScissorhandsSettings(int Budget, int History = 400, int Recent = 10, int First = 4, bool ReferenceExact = false);

/// <summary>Scissorhands in one layer: a key that seldom got more than an even share of attention loses its slot to the new one.</summary>
/// <remarks>
/// Flag of a key per step: the group's mean probability ≥ 1/held keys; the prompt gives one flag, Σ_i a_ij/(n − j) ≥ 1/n. The lowest
/// mean of the latest flags goes, the lowest slot first. Source: Liu et al., "Scissorhands: Exploiting the Persistence of Importance
/// Hypothesis for LLM KV Cache Compression at Test Time", arXiv 2305.17118; step by step as in a public re-implementation.
/// </remarks>
public sealed class ScissorhandsCache
{
    private readonly ScissorhandsSettings _settings;
    private readonly Slot?[][] _slots;
    private int _countOfFirstHead;

    /// <summary>Takes a prompt in, of at most as many tokens as there are slots.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="queries">[Hq][n][d].</param>
    /// <param name="keys">[H][n][d].</param>
    /// <exception cref="ArgumentException">The prompt has more tokens than there are slots.</exception>
    public ScissorhandsCache(ScissorhandsSettings settings, double[][][] queries, double[][][] keys)
    {
        int n = keys[0].Length, group = queries.Length / keys.Length;
        if (n > settings.Budget)
        {
            throw new ArgumentException($"a prompt of {n} tokens does not fit {settings.Budget} slots", nameof(keys));
        }

        (_settings, _countOfFirstHead) = (settings, n);
        _slots = [.. keys.Select((head, h) =>
        {
            double[] collected = ColumnMeans([.. queries.Skip(h * group).Take(group)], head);
            var slots = new Slot?[settings.Budget];
            for (int j = 0; j < n; j++)
            {
                slots[j] = new Slot(j, head[j]);
                slots[j]!.Flags.Add(collected[j] >= 1.0 / n);
            }

            return slots;
        })];
    }

    /// <summary>Positions in the order of the slots, per head; −1 for a free one.</summary>
    public int[][] Positions => [.. _slots.Select(head => head.Select(slot => slot?.Position ?? -1).ToArray())];

    /// <summary>
    /// One step: the new key takes a slot, then the step's attention gives flags. Returns what went per head; −1 for a free slot.
    /// </summary>
    /// <param name="queries">[Hq][d].</param>
    /// <param name="keys">[H][d].</param>
    /// <param name="position">Position of the token.</param>
    public int[] Step(double[][] queries, double[][] keys, int position)
    {
        int group = queries.Length / keys.Length;
        int[] evicted = [.. _slots.Select((head, h) =>
        {
            int slot = _settings.ReferenceExact ? PublishedSlot(head, position) : FreeOrWeakest(head, position);
            int gone = head[slot]?.Position ?? -1;
            head[slot] = new Slot(position, keys[h]);
            return gone;
        })];
        _countOfFirstHead += evicted[0] < 0 ? 1 : 0;
        for (int h = 0; h < _slots.Length; h++)
        {
            Slot[] held = [.. _slots[h].OfType<Slot>()];
            double[][] heldKeys = [.. held.Select(slot => slot.Key)];
            double[] mean = Numbers.Mean([.. queries[(h * group)..((h + 1) * group)].Select(query => Numbers.Attention(query, heldKeys))]);
            double even = 1.0 / (_settings.ReferenceExact ? _countOfFirstHead : held.Length);
            for (int i = 0; i < held.Length; i++)
            {
                held[i].Flags.Add(mean[i] >= even);
            }
        }

        return evicted;
    }

    /// <summary>Σ_i a_ij/(n − j), the mean over the group: [n].</summary>
    internal static double[] ColumnMeans(double[][][] queries, double[][] keys)
    {
        int n = keys.Length;
        var sums = new double[n];
        foreach (double[][] head in queries)
        {
            for (int row = 0; row < n; row++)
            {
                double[] attention = Numbers.Attention(head[row], keys[..(row + 1)]);
                for (int j = 0; j <= row; j++)
                {
                    sums[j] += attention[j] / queries.Length;
                }
            }
        }

        return [.. sums.Select((sum, j) => sum / (n - j))];
    }

    private int FreeOrWeakest(Slot?[] head, int position)
    {
        int free = Array.IndexOf(head, null);
        return free >= 0 ? free : Weakest([.. head.Select(slot => Protected(slot!, position) ? double.PositiveInfinity : Score(slot!))]);
    }

    private int PublishedSlot(Slot?[] head, int position)
        => Weakest([.. head.Select(slot => slot is null ? 0 : Protected(slot, position) ? 1 : Score(slot))]);

    private bool Protected(Slot slot, int position) => slot.Position < _settings.First || slot.Position >= position - _settings.Recent;

    private double Score(Slot slot)
    {
        bool[] latest = [.. slot.Flags.TakeLast(_settings.History)];
        return latest.Count(flag => flag) / (double)latest.Length;
    }

    private static int Weakest(double[] scores) => Ranking.Top([.. scores.Select(score => -score)], 1)[0];

    private sealed record Slot(int Position, double[] Key)
    {
        public List<bool> Flags { get; } = [];
    }
}
