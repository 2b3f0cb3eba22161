namespace KvCompose.Models.Templates.Values;

/// <summary>
/// A string of a running template. It knows which of its characters come from the conversation, so that those are never
/// read as control tokens. Positions that templates see count code points; positions in here count UTF-16 units.
/// </summary>
internal sealed class Text
{
    private int _count = -1;

    /// <param name="value">The characters.</param>
    /// <param name="bounds">Ascending positions at which content begins, ends, begins, …; null if all is the template's.</param>
    public Text(string value, int[]? bounds)
    {
        Value = value;
        Bounds = bounds;
    }

    public static Text Empty { get; } = new("", null);

    public string Value { get; }

    public int[]? Bounds { get; }

    /// <summary>Text that the template itself holds.</summary>
    public static Text Of(string value) => value.Length == 0 ? Empty : new Text(value, null);

    /// <summary>Text that comes from the conversation.</summary>
    public static Text Content(string value) => value.Length == 0 ? Empty : new Text(value, [0, value.Length]);

    /// <summary>Whether any character comes from the conversation.</summary>
    public bool HasContent => Bounds is not null;

    /// <summary>Length in code points.</summary>
    public int Count
    {
        get
        {
            if (_count < 0)
            {
                _count = CountIn(Value);
            }

            return _count;
        }
    }

    public static int CountIn(ReadOnlySpan<char> text)
    {
        int pairs = 0;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                pairs++;
                i++;
            }
        }

        return text.Length - pairs;
    }

    /// <summary>Position in UTF-16 units of a code point, at most <see cref="Count"/>.</summary>
    public int Offset(int codePoint)
    {
        if (Count == Value.Length)
        {
            return codePoint;
        }

        int offset = 0;
        for (; codePoint > 0; codePoint--)
        {
            offset += UnitsAt(Value, offset);
        }

        return offset;
    }

    /// <summary>UTF-16 units of the code point at a position: 2 for a pair, else 1.</summary>
    public static int UnitsAt(string text, int offset) =>
        offset + 1 < text.Length && char.IsSurrogatePair(text[offset], text[offset + 1]) ? 2 : 1;

    /// <summary>The code point at a position; a lone surrogate is its own code point.</summary>
    public static int CodePointAt(string text, int offset) =>
        UnitsAt(text, offset) == 2 ? char.ConvertToUtf32(text[offset], text[offset + 1]) : text[offset];

    /// <summary>A part, in UTF-16 units.</summary>
    public Text Part(int start, int end)
    {
        if (start >= end)
        {
            return Empty;
        }

        if (start == 0 && end == Value.Length)
        {
            return this;
        }

        string part = Value[start..end];
        if (Bounds is null)
        {
            return new Text(part, null);
        }

        var builder = new TextBuilder();
        builder.Append(this, start, end);
        return builder.ToText();
    }

    public Text From(int start) => Part(start, Value.Length);

    /// <summary>Whether a UTF-16 unit comes from the conversation.</summary>
    public bool IsContent(int position)
    {
        if (Bounds is null)
        {
            return false;
        }

        int index = Array.BinarySearch(Bounds, position);
        int before = index >= 0 ? index + 1 : ~index;
        return (before & 1) == 1;
    }

    /// <summary>The code points, one text each.</summary>
    public IEnumerable<Text> Characters()
    {
        for (int i = 0; i < Value.Length;)
        {
            int units = UnitsAt(Value, i);
            yield return Part(i, i + units);
            i += units;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Order by code points, as Python compares strings.</summary>
    public static int Compare(string a, string b)
    {
        int length = Math.Min(a.Length, b.Length);
        for (int i = 0; i < length; i++)
        {
            if (a[i] != b[i])
            {
                bool pairA = char.IsSurrogate(a[i]), pairB = char.IsSurrogate(b[i]);
                return pairA != pairB ? (pairA ? 1 : -1) : a[i].CompareTo(b[i]);
            }
        }

        return a.Length.CompareTo(b.Length);
    }
}
