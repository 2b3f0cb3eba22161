using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>A set of code points, kept as sorted bounds: inside from bounds[0] to bounds[1] − 1, outside up to bounds[2] − 1, and so on.</summary>
internal sealed class CharacterSet
{
    private readonly int[] _bounds;
    private readonly ulong _low;
    private readonly ulong _high;
    private ulong[]?[]? _pages;

    public CharacterSet(int[] bounds)
    {
        _bounds = bounds;
        for (int c = 0; c < 64; c++)
        {
            _low |= Search(c) ? 1UL << c : 0;
            _high |= Search(64 + c) ? 1UL << c : 0;
        }
    }

    public static CharacterSet Empty { get; } = new([]);

    public static CharacterSet All { get; } = new([0, UnicodeData.Limit]);

    public bool IsEmpty => _bounds.Length == 0;

    public ReadOnlySpan<int> Bounds => _bounds;

    public static CharacterSet Of(int first, int last) => new([first, last + 1]);

    public static CharacterSet Of(IEnumerable<int> codePoints)
    {
        var bounds = new List<int>();
        foreach (int c in codePoints.Distinct().Order())
        {
            if (bounds.Count > 0 && bounds[^1] == c)
            {
                bounds[^1] = c + 1;
            }
            else
            {
                bounds.Add(c);
                bounds.Add(c + 1);
            }
        }

        return new CharacterSet([.. bounds]);
    }

    public bool Contains(int c)
    {
        if (c < 128)
        {
            return ((c < 64 ? _low : _high) >> (c & 63) & 1) != 0;
        }

        return c < 0x10000 ? (Page(c >> 8)[(c & 255) >> 6] >> (c & 63) & 1) != 0 : Search(c);
    }

    public CharacterSet Complement()
    {
        IEnumerable<int> bounds = _bounds.Length > 0 && _bounds[0] == 0 ? _bounds.Skip(1) : _bounds.Prepend(0);
        return _bounds.Length > 0 && _bounds[^1] == UnicodeData.Limit
            ? new CharacterSet([.. bounds.SkipLast(1)])
            : new CharacterSet([.. bounds, UnicodeData.Limit]);
    }

    public CharacterSet Union(CharacterSet other) => Combine(other, (a, b) => a || b);

    public CharacterSet Intersect(CharacterSet other) => Combine(other, (a, b) => a && b);

    public bool Overlaps(CharacterSet other) => !Intersect(other).IsEmpty;

    private CharacterSet Combine(CharacterSet other, Func<bool, bool, bool> rule)
    {
        var bounds = new List<int>();
        int i = 0, j = 0;
        bool inside = false;
        while (i < _bounds.Length || j < other._bounds.Length)
        {
            int at = Math.Min(i < _bounds.Length ? _bounds[i] : int.MaxValue, j < other._bounds.Length ? other._bounds[j] : int.MaxValue);
            i += i < _bounds.Length && _bounds[i] == at ? 1 : 0;
            j += j < other._bounds.Length && other._bounds[j] == at ? 1 : 0;
            if (rule((i & 1) != 0, (j & 1) != 0) != inside)
            {
                inside = !inside;
                bounds.Add(at);
            }
        }

        return new CharacterSet([.. bounds]);
    }

    private bool Search(int c)
    {
        int index = Array.BinarySearch(_bounds, c);
        return ((index >= 0 ? index : ~index - 1) & 1) == 0 && (index >= 0 || ~index > 0);
    }

    /// <summary>256 characters as bits, made when first asked for. Two threads may make the same page; one of them stays.</summary>
    private ulong[] Page(int number)
    {
        ulong[]?[] pages = _pages ??= new ulong[256][];
        if (pages[number] is { } known)
        {
            return known;
        }

        var page = new ulong[4];
        for (int i = 0; i < 256; i++)
        {
            page[i >> 6] |= Search((number << 8) + i) ? 1UL << (i & 63) : 0;
        }

        Volatile.Write(ref pages[number], page);
        return page;
    }
}
