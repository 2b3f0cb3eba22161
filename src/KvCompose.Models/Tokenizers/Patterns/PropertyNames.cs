using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>The sets that a pattern names: \p{…}, [:…:] and the letter escapes, as Oniguruma defines them.</summary>
internal static class PropertyNames
{
    private static readonly Dictionary<string, CharacterSet> s_sets = new(StringComparer.Ordinal);

    public static CharacterSet WhiteSpace => Find("space")!;

    public static CharacterSet Digit => Find("nd")!;

    /// <summary>\w inside brackets.</summary>
    public static CharacterSet Word => Find("word")!;

    /// <summary>\w alone, which also holds the six superscript digits and fractions of Latin-1.</summary>
    public static CharacterSet WordAlone { get; } = Word.Union(CharacterSet.Of([0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE]));

    public static CharacterSet HexDigit { get; } = CharacterSet.Of("0123456789abcdefABCDEF".Select(c => (int)c));

    public static CharacterSet NotLineFeed { get; } = CharacterSet.Of('\n', '\n').Complement();

    /// <summary>The set of a name, or null. Case, spaces, hyphens and underscores in the name mean nothing.</summary>
    public static CharacterSet? Find(string name)
    {
        string key = string.Concat(name.Where(c => c is not (' ' or '-' or '_'))).ToLowerInvariant();
        lock (s_sets)
        {
            if (!s_sets.TryGetValue(key, out CharacterSet? set) && (set = Create(key)) is not null)
            {
                s_sets.Add(key, set);
            }

            return set;
        }
    }

    private static CharacterSet? Create(string key)
    {
        if (UnicodeCategories.Find(key) is var mask and not 0)
        {
            return UnicodeData.Set(c => UnicodeData.Is(c, mask));
        }

        return key switch
        {
            "any" => CharacterSet.All,
            "assigned" => UnicodeData.Set(c => !UnicodeData.Is(c, UnicodeCategories.Unassigned)),
            "ascii" => CharacterSet.Of(0, 127),
            "alnum" => UnicodeData.Set(c => UnicodeData.IsAlphabetic(c) || UnicodeData.Is(c, UnicodeCategories.DecimalDigit)),
            "alpha" or "alphabetic" => UnicodeData.Set(UnicodeData.IsAlphabetic),
            "blank" => UnicodeData.Set(c => c == '\t' || UnicodeData.Is(c, UnicodeCategories.Find("zs"))),
            "cntrl" => Find("cc"),
            "digit" => Find("nd"),
            "graph" => Find("space")!.Union(Find("c")!).Complement().Union(Find("cf")!).Union(Find("co")!),
            "print" => Find("graph")!.Union(Find("zs")!),
            "lower" or "lowercase" => UnicodeData.Set(UnicodeData.IsLower),
            "upper" or "uppercase" => UnicodeData.Set(UnicodeData.IsUpper),
            "punct" => Find("p")!.Union(Find("s")!),
            "space" or "whitespace" => UnicodeData.Set(UnicodeData.IsWhiteSpace),
            "xdigit" => HexDigit,
            "word" => UnicodeData.Set(UnicodeData.IsWordWithoutJoiners),
            _ => Script(key),
        };
    }

    private static CharacterSet? Script(string key)
    {
        UnicodeTables tables = UnicodeData.Tables;
        if (key == "unknown")
        {
            return UnicodeData.Set(c => tables.Scripts.Find(c, -1) < 0);
        }

        int script = Array.FindIndex(tables.ScriptNames, name => name.Replace("_", "").Equals(key, StringComparison.OrdinalIgnoreCase));
        return script < 0 ? null : UnicodeData.Set(c => tables.Scripts.Find(c, -1) == script);
    }
}
