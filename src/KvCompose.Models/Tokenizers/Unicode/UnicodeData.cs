using KvCompose.Models.Tokenizers.Patterns;

namespace KvCompose.Models.Tokenizers.Unicode;

/// <summary>
/// Character properties from own tables, so that token ids depend neither on the runtime's version nor on whether it runs with
/// invariant globalization, where the runtime's own normalisation does nothing.
/// </summary>
internal static class UnicodeData
{
    public const int Limit = 0x110000;

    private const int CategoryBits = 31;
    private const int WhiteSpaceBit = 32;
    private const int WordBit = 64;

    private static readonly UnicodeTables s_tables = UnicodeTables.Load();
    private static readonly byte[] s_flags = CreateFlags();

    public static UnicodeTables Tables => s_tables;

    /// <summary>Number of the general category, see <see cref="UnicodeCategories.Names"/>.</summary>
    public static int Category(int codePoint) => s_flags[codePoint] & CategoryBits;

    /// <summary>Whether the category is one of a mask.</summary>
    public static bool Is(int codePoint, int mask) => (mask >> (s_flags[codePoint] & CategoryBits) & 1) != 0;

    /// <summary>The property White_Space: 25 characters.</summary>
    public static bool IsWhiteSpace(int codePoint) => (s_flags[codePoint] & WhiteSpaceBit) != 0;

    /// <summary>Alphabetic, a mark, a decimal digit, connecting punctuation, or one that controls joining: what Rust's \w means.</summary>
    public static bool IsWord(int codePoint) => (s_flags[codePoint] & WordBit) != 0 || codePoint is 0x200C or 0x200D;

    /// <summary>Alphabetic, a mark, a decimal digit, or connecting punctuation.</summary>
    public static bool IsWordWithoutJoiners(int codePoint) => (s_flags[codePoint] & WordBit) != 0;

    public static bool IsAlphabetic(int codePoint)
        => Is(codePoint, UnicodeCategories.Letter | UnicodeCategories.Find("nl")) || s_tables.Extra.Find(codePoint, 0) != 0;

    public static bool IsLower(int codePoint) => Is(codePoint, UnicodeCategories.Find("ll")) || (s_tables.Extra.Find(codePoint, 0) & 2) != 0;

    public static bool IsUpper(int codePoint) => Is(codePoint, UnicodeCategories.Find("lu")) || (s_tables.Extra.Find(codePoint, 0) & 4) != 0;

    /// <summary>Punctuation as BERT's rules know it: ASCII punctuation and symbols, and category P of Unicode 8.</summary>
    public static bool IsBertPunctuation(int codePoint)
        => codePoint < 128
            ? codePoint is >= '!' and <= '/' or >= ':' and <= '@' or >= '[' and <= '`' or >= '{' and <= '~'
            : s_tables.OldPunctuation.Contains(codePoint);

    /// <summary>Chinese characters as BERT's rules know them; the gap from 2B820 is the published library's.</summary>
    public static bool IsChinese(int codePoint)
        => codePoint is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F
            or >= 0x2B740 and <= 0x2B81F or >= 0x2B920 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;

    /// <summary>The set of all characters with a property.</summary>
    public static CharacterSet Set(Func<int, bool> contains)
    {
        var bounds = new List<int>();
        bool inside = false;
        for (int c = 0; c < Limit; c++)
        {
            if (contains(c) != inside)
            {
                inside = !inside;
                bounds.Add(c);
            }
        }

        if (inside)
        {
            bounds.Add(Limit);
        }

        return new CharacterSet([.. bounds]);
    }

    private static byte[] CreateFlags()
    {
        var flags = new byte[Limit];
        int alphabetic = UnicodeCategories.Letter | UnicodeCategories.Find("nl");
        int word = alphabetic | UnicodeCategories.Mark | UnicodeCategories.DecimalDigit | UnicodeCategories.Connector;
        for (int i = 0; i < s_tables.Categories.Count; i++)
        {
            (int start, int end, int category) = s_tables.Categories[i];
            flags.AsSpan(start, end - start).Fill((byte)(category | ((word >> category & 1) != 0 ? WordBit : 0)));
        }

        for (int i = 0; i < s_tables.Extra.Count; i++)
        {
            (int start, int end, _) = s_tables.Extra[i];
            for (int c = start; c < end; c++)
            {
                flags[c] |= WordBit;
            }
        }

        foreach (int c in (ReadOnlySpan<int>)[9, 10, 11, 12, 13, 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000])
        {
            flags[c] |= WhiteSpaceBit;
        }

        for (int c = 0x2000; c <= 0x200A; c++)
        {
            flags[c] |= WhiteSpaceBit;
        }

        return flags;
    }
}
