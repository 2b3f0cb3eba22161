namespace KvCompose.Models.Tokenizers.Unicode;

/// <summary>Sorted ranges of code points, each with a value.</summary>
internal sealed class CodePointRanges(int[] starts, int[] ends, int[] values)
{
    public int Count => starts.Length;

    /// <summary>First code point, code point after the last one, and value of a range.</summary>
    public (int Start, int End, int Value) this[int index] => (starts[index], ends[index], values[index]);

    /// <summary>The value of a code point, or <paramref name="absent"/> where no range holds it.</summary>
    public int Find(int codePoint, int absent)
    {
        int index = Array.BinarySearch(starts, codePoint);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && codePoint < ends[index] ? values[index] : absent;
    }

    public bool Contains(int codePoint) => Find(codePoint, -1) >= 0;
}
