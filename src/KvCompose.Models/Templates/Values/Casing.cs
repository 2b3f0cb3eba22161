using System.Globalization;
using System.Text;
using KvCompose.Models.Templates.Running;

namespace KvCompose.Models.Templates.Values;

/// <summary>Upper, lower and title case as in Python: full mappings of Unicode, no language's own rules.</summary>
internal static class Casing
{
    public static Text Upper(TemplateRun run, Text text) => Map(run, text, (value, i) => UpperAt(value, i));

    public static Text Lower(TemplateRun run, Text text) => Map(run, text, LowerAt);

    public static Text Swap(TemplateRun run, Text text) =>
        Map(run, text, (value, i) => IsUpper(Text.CodePointAt(value, i)) ? LowerAt(value, i) : UpperAt(value, i));

    /// <summary>The first character in title case, the others lower.</summary>
    public static Text Capitalize(TemplateRun run, Text text) =>
        Map(run, text, (value, i) => i == 0 ? TitleAt(value, i) : LowerAt(value, i));

    /// <summary>The method title: a word begins after everything that has no case.</summary>
    public static Text Title(TemplateRun run, Text text)
    {
        bool inside = false;
        return Map(run, text, (value, i) =>
        {
            string mapped = inside ? LowerAt(value, i) : TitleAt(value, i);
            inside = IsCased(Text.CodePointAt(value, i));
            return mapped;
        });
    }

    public static bool IsUpper(int point) => CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.UppercaseLetter
        || point is (>= 0x2160 and <= 0x216f) or (>= 0x24b6 and <= 0x24cf) or (>= 0x1f130 and <= 0x1f149)
            or (>= 0x1f150 and <= 0x1f169) or (>= 0x1f170 and <= 0x1f189);

    public static bool IsLower(int point) => CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.LowercaseLetter
        || point is 0xaa or 0xba or (>= 0x2b0 and <= 0x2b8) or 0x2c0 or 0x2c1 or (>= 0x2e0 and <= 0x2e4) or 0x345 or 0x37a
            or (>= 0x1d2c and <= 0x1d6a) or 0x1d78 or (>= 0x1d9b and <= 0x1dbf) or 0x2071 or 0x207f or (>= 0x2090 and <= 0x209c)
            or (>= 0x2170 and <= 0x217f) or (>= 0x24d0 and <= 0x24e9);

    public static bool IsTitle(int point) => CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.TitlecaseLetter;

    public static bool IsCased(int point) => IsUpper(point) || IsLower(point) || IsTitle(point);

    private static Text Map(TemplateRun run, Text text, Func<string, int, string> map)
    {
        var builder = new TextBuilder(run);
        string value = text.Value;
        for (int i = 0; i < value.Length;)
        {
            builder.Append(map(value, i), text.IsContent(i));
            i += Text.UnitsAt(value, i);
        }

        return builder.ToText();
    }

    private static string UpperAt(string value, int i) =>
        CasingTables.Upper.TryGetValue(value[i], out string? special) ? special : Simple(value, i, Rune.ToUpperInvariant);

    private static string TitleAt(string value, int i)
    {
        char c = value[i];
        if (CasingTables.Title.TryGetValue(c, out string? special))
        {
            return special;
        }

        return c is >= '\u10d0' and <= '\u10ff' ? c.ToString() : UpperAt(value, i);
    }

    private static string LowerAt(string value, int i) => value[i] switch
    {
        '\u0130' => "i\u0307",
        '\u03a3' => EndsWord(value, i) ? "\u03c2" : "\u03c3",
        _ => Simple(value, i, Rune.ToLowerInvariant),
    };

    private static string Simple(string value, int i, Func<Rune, Rune> map) => Rune.TryGetRuneAt(value, i, out Rune rune)
        ? map(rune).ToString()
        : value[i].ToString();

    /// <summary>Whether a sigma stands at the end of a word: a letter before it, none after it, ignoring marks.</summary>
    private static bool EndsWord(string value, int i)
    {
        int before = i - 1;
        while (before >= 0 && IsIgnored(Point(value, ref before)))
        {
            before--;
        }

        if (before < 0 || !IsCased(Point(value, ref before)))
        {
            return false;
        }

        int after = i + 1;
        while (after < value.Length && IsIgnored(Text.CodePointAt(value, after)))
        {
            after += Text.UnitsAt(value, after);
        }

        return after >= value.Length || !IsCased(Text.CodePointAt(value, after));
    }

    private static int Point(string value, ref int at)
    {
        if (at > 0 && char.IsSurrogatePair(value[at - 1], value[at]))
        {
            at--;
        }

        return Text.CodePointAt(value, at);
    }

    private static bool IsIgnored(int point) => point is '\'' or '.' or ':' or '^' or '`' or 0xb7 or 0x2019
        || CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
