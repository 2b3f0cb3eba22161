namespace KvCompose.Reference.IceCache;

/// <summary>
/// Which level of the tree each token joins: a counter in token order, no chance in it. A token lives on one level only.
/// Source: the published index library (the paper speaks of random promotion), in its single precision.
/// </summary>
public sealed class PromotionCounter
{
    private readonly float _toFirst;
    private readonly float _higher;
    private readonly List<int> _counts = [];

    /// <summary>A counter that has seen no token.</summary>
    /// <param name="toFirst">p0, the share promoted from level 0 to level 1; above 0, at most 1.</param>
    /// <param name="higher">p1, the share promoted from every higher level; above 0, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share is outside (0, 1].</exception>
    public PromotionCounter(float toFirst, float higher)
    {
        ThrowIfNoShare(toFirst, nameof(toFirst));
        ThrowIfNoShare(higher, nameof(higher));
        _toFirst = toFirst;
        _higher = higher;
    }

    /// <summary>Tokens on each level, lowest first.</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <summary>The level the next token will join.</summary>
    public int NextLevel { get; private set; }

    /// <summary>Takes one token and returns its level.</summary>
    public int Take()
    {
        int level = NextLevel;
        if (level == _counts.Count)
        {
            _counts.Add(1);
            NextLevel = 0;
            return level;
        }

        float share = level == 0 ? _toFirst : _higher;
        int after = _counts[level] + 1;
        bool promote = level == _counts.Count - 1
            ? after == (int)MathF.Ceiling(1f / share)
            : after >= _counts[level + 1] / share;
        NextLevel = promote ? level + 1 : 0;
        _counts[level] = after;
        return level;
    }

    private static void ThrowIfNoShare(float share, string name)
    {
        if (!(share > 0 && share <= 1))
        {
            throw new ArgumentOutOfRangeException(name, share, "a promotion share is above 0 and at most 1");
        }
    }
}
