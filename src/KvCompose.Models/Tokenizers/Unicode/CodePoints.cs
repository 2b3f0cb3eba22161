using System.Text;

namespace KvCompose.Models.Tokenizers.Unicode;

/// <summary>Code points in UTF-16 text without lone surrogates.</summary>
internal static class CodePoints
{
    /// <summary>The code point that begins at an index.</summary>
    public static int At(ReadOnlySpan<char> text, int index)
    {
        char c = text[index];
        return char.IsHighSurrogate(c) && index + 1 < text.Length ? char.ConvertToUtf32(c, text[index + 1]) : c;
    }

    /// <summary>The code point that ends before an index.</summary>
    public static int Before(ReadOnlySpan<char> text, int index) => At(text, index - LengthBefore(text, index));

    /// <summary>UTF-16 units of the code point that begins at an index.</summary>
    public static int Length(ReadOnlySpan<char> text, int index) => char.IsHighSurrogate(text[index]) && index + 1 < text.Length ? 2 : 1;

    /// <summary>UTF-16 units of the code point that ends before an index.</summary>
    public static int LengthBefore(ReadOnlySpan<char> text, int index) => index > 1 && char.IsLowSurrogate(text[index - 1]) ? 2 : 1;

    public static int Units(int codePoint) => codePoint < 0x10000 ? 1 : 2;

    /// <summary>UTF-8 bytes of a code point.</summary>
    public static int Utf8Length(int codePoint) => codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;

    public static int Count(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        foreach (char c in text)
        {
            count -= char.IsLowSurrogate(c) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Writes a code point and gives its UTF-16 units.</summary>
    public static int Write(int codePoint, Span<char> target)
    {
        if (codePoint < 0x10000)
        {
            target[0] = (char)codePoint;
            return 1;
        }

        target[0] = (char)(0xD7C0 + (codePoint >> 10));
        target[1] = (char)(0xDC00 | codePoint & 0x3FF);
        return 2;
    }

    /// <summary>Replaces lone surrogates by U+FFFD; the same string where there are none.</summary>
    public static string Sanitize(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        char[]? changed = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                changed ??= text.ToCharArray();
                changed[i] = (char)Rune.ReplacementChar.Value;
            }
        }

        return changed is null ? text : new string(changed);
    }
}
