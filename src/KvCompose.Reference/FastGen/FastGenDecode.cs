namespace KvCompose.Reference.FastGen;

/// <summary>Decoding under a head's policy: the size stays at what the prompt kept, and grows by punctuation alone.</summary>
/// <remarks>
/// A new key is appended and seen. Without frequent tokens it goes when the next one comes, punctuation excepted. With them, if the new
/// key is one too many, the lowest mean attention so far goes before the step's attention, among keys that are not first, special,
/// punctuation, newest or in the local window; the prompt's c_j is one record of at most 400. This rule is the project's own: the paper
/// gives none, and the public re-implementation mixes the histories of slots.
/// </remarks>
public sealed class FastGenDecode
{
    private const int History = 400;
    private readonly FastGenSettings _settings;
    private readonly FastGenPolicy _policy;
    private readonly int _window;
    private readonly List<Held> _held;
    private int _size;

    /// <summary>Begins after a prompt.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="head">The profiled head.</param>
    /// <param name="keys">[n][d], the prompt's keys.</param>
    /// <param name="special">[n].</param>
    /// <param name="punctuation">[n].</param>
    public FastGenDecode(FastGenSettings settings, FastGenHead head, double[][] keys, bool[] special, bool[] punctuation)
    {
        int n = keys.Length;
        (_settings, _policy, _window) = (settings, head.Policy, settings.Window(n));
        _held = [.. head.Kept(n).Select(j => new Held(j, keys[j], special[j] || punctuation[j]) { Records = { head.Frequent[j] } })];
        _size = _held.Count;
    }

    /// <summary>Positions held, ascending.</summary>
    public int[] Positions => [.. _held.Select(key => key.Position)];

    /// <summary>One step; returns the position that goes, or −1.</summary>
    /// <param name="queries">[G][d].</param>
    /// <param name="key">[d].</param>
    /// <param name="position">Position of the token.</param>
    /// <param name="punctuation">Whether its token is punctuation.</param>
    public int Step(double[][] queries, double[] key, int position, bool punctuation)
    {
        int gone = _policy < FastGenPolicy.SpecialPunctuationFrequent ? DropPassing() : -1;
        bool stays = punctuation && _policy >= FastGenPolicy.SpecialPunctuation;
        _held.Add(new Held(position, key, stays));
        _size += stays ? 1 : 0;
        if (_policy is FastGenPolicy.SpecialPunctuationFrequent or FastGenPolicy.SpecialPunctuationFrequentLocal && _held.Count > _size)
        {
            gone = DropWeakest(position);
        }

        double[][] keys = [.. _held.Select(held => held.Key)];
        double[] attention = Numbers.Mean([.. queries.Select(query => Numbers.Attention(query, keys))]);
        for (int j = 0; j < attention.Length; j++)
        {
            _held[j].Records.Add(attention[j]);
        }

        return gone;
    }

    private int DropPassing()
    {
        Held? passing = _held.Count > _size ? _held[^1] : null;
        return passing is null ? -1 : Remove(passing);
    }

    private int DropWeakest(int position)
    {
        int local = _policy == FastGenPolicy.SpecialPunctuationFrequentLocal ? _window : 1;
        Held[] candidates = [.. _held.SkipLast(1)
            .Where(key => key.Position >= _settings.First && !key.Stays && key.Position <= position - local)];
        return candidates.Length == 0 ? -1 : Remove(candidates.MinBy(key => key.Records.TakeLast(History).Average())!);
    }

    private int Remove(Held key)
    {
        _held.Remove(key);
        return key.Position;
    }

    private sealed record Held(int Position, double[] Key, bool Stays)
    {
        public List<double> Records { get; } = [];
    }
}
