namespace KvCompose.Reference.FastGen;

/// <summary>Decoding as the public re-implementation does it: budgets by other roundings, and histories that stay with the slot.</summary>
/// <remarks>
/// Budget: first + special + punctuation tokens (new ones too) + round(r_l·M) + round(r_f·M), M the longest text, halves to even. An
/// evicted slot's history is not cleared, and a new slot begins with that of a dropped key of the prompt; what goes is the slot with
/// the least sum. The first tokens are protected by slot.
/// </remarks>
public sealed class FastGenPublishedDecode
{
    private const int History = 400;
    private readonly FastGenSettings _settings;
    private readonly FastGenPolicy _policy;
    private readonly int _local, _frequent, _special;
    private readonly List<Slot> _slots;

    /// <summary>Records of the prompt's dropped keys, whose slots the next keys take.</summary>
    private readonly Queue<double> _left;
    private int _punctuation;

    /// <summary>Begins after a prompt.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="head">The profiled head.</param>
    /// <param name="keys">[n][d], the prompt's keys.</param>
    /// <param name="special">[n].</param>
    /// <param name="punctuation">[n].</param>
    /// <param name="total">M, prompt and longest answer.</param>
    public FastGenPublishedDecode(FastGenSettings settings, FastGenHead head, double[][] keys, bool[] special, bool[] punctuation,
        int total)
    {
        (_settings, _policy) = (settings, head.Policy);
        _local = (int)Math.Round(settings.LocalShare * total, MidpointRounding.ToEven);
        _frequent = (int)Math.Round(settings.FrequentShare * total, MidpointRounding.ToEven);
        (_special, _punctuation) = (special.Count(x => x), punctuation.Count(x => x));
        int[] kept = head.Kept(total);
        _slots = [.. kept.Select(j => new Slot(j, keys[j], special[j], punctuation[j], [head.Frequent[j]]))];
        _left = new Queue<double>(Enumerable.Range(0, keys.Length).Except(kept).Select(j => head.Frequent[j]));
    }

    /// <summary>Positions in the order of the slots.</summary>
    public int[] Positions => [.. _slots.Select(slot => slot.Position)];

    /// <summary>One step; returns the position that goes (−1 for none) and whether the new key is kept.</summary>
    /// <param name="queries">[G][d].</param>
    /// <param name="key">[d].</param>
    /// <param name="position">Position of the token.</param>
    /// <param name="punctuation">Whether its token is punctuation.</param>
    public (int Evicted, bool Inserted) Step(double[][] queries, double[] key, int position, bool punctuation)
    {
        int gone = -1;
        bool inserted = true;
        bool grows = _policy == FastGenPolicy.Full || (punctuation && _policy >= FastGenPolicy.SpecialPunctuation)
            || _slots.Count < Budget();
        if (grows)
        {
            _slots.Add(new Slot(position, key, false, punctuation, _left.TryDequeue(out double left) ? [left] : []));
        }
        else if (_policy >= FastGenPolicy.SpecialPunctuationFrequent)
        {
            int slot = Weakest(position);
            gone = _slots[slot].Position;
            _slots[slot] = new Slot(position, key, _slots[slot].Special, punctuation, _slots[slot].Sums);
        }
        else
        {
            inserted = false;
        }

        _punctuation += punctuation ? 1 : 0;
        double[][] keys = [.. _slots.Select(held => held.Key)];
        double[] attention = Numbers.Mean([.. queries.Select(query => Numbers.Attention(query, keys))]);
        for (int j = 0; j < attention.Length; j++)
        {
            _slots[j].Sums.Add(attention[j]);
        }

        return (gone, inserted);
    }

    private int Budget() => _settings.First + _special
        + (_policy >= FastGenPolicy.SpecialPunctuation ? _punctuation : 0)
        + (_policy >= FastGenPolicy.SpecialPunctuationFrequent ? _frequent : 0)
        + (_policy == FastGenPolicy.SpecialPunctuationFrequentLocal ? _local : 0);

    private int Weakest(int position)
    {
        double[] sums = [.. _slots.Select((slot, index) => index < _settings.First || slot.Special || slot.Punctuation
            || (_policy == FastGenPolicy.SpecialPunctuationFrequentLocal && slot.Position > position - _local)
            ? double.PositiveInfinity
            : slot.Sums.TakeLast(History).Sum())];
        return Ranking.Top([.. sums.Select(sum => -sum)], 1)[0];
    }

    private sealed record Slot(int Position, double[] Key, bool Special, bool Punctuation, List<double> Sums);
}
