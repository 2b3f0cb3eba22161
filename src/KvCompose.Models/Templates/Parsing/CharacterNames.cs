using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace KvCompose.Models.Templates.Parsing;

/// <summary>
/// Unicode names of characters, for the escape \N{NAME}. The table (names of Unicode 14 that follow no rule, each line the
/// distance to the code point before in hexadecimal and a name) is an embedded resource that is read when a template first
/// uses the escape.
/// </summary>
internal static class CharacterNames
{
    private static readonly (string Prefix, int Digits)[] Numbered =
    [
        ("CJK UNIFIED IDEOGRAPH-", 4), ("CJK COMPATIBILITY IDEOGRAPH-", 4), ("TANGUT IDEOGRAPH-", 5), ("NUSHU CHARACTER-", 4),
        ("KHITAN SMALL SCRIPT CHARACTER-", 5),
    ];

    private static readonly string[] Initials =
        ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];

    private static readonly string[] Vowels =
        ["A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I"];

    private static readonly string[] Finals =
    [
        "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S", "SS", "NG", "J",
        "C", "K", "T", "P", "H",
    ];

    private static readonly Lazy<Dictionary<string, int>> Table = new(Read);

    /// <summary>The code point of a name, in any case, or -1.</summary>
    public static int Find(string name)
    {
        string upper = name.ToUpperInvariant();
        foreach ((string prefix, int digits) in Numbered)
        {
            if (upper.StartsWith(prefix, StringComparison.Ordinal))
            {
                string number = upper[prefix.Length..];
                return number.Length >= digits
                    && int.TryParse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int point)
                    && point <= 0x10FFFF && CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.OtherLetter
                    ? point
                    : -1;
            }
        }

        return upper.StartsWith("HANGUL SYLLABLE ", StringComparison.Ordinal)
            ? Syllable(upper["HANGUL SYLLABLE ".Length..])
            : Table.Value.GetValueOrDefault(upper, -1);
    }

    private static int Syllable(string sound)
    {
        for (int i = 0; i < Initials.Length * Vowels.Length * Finals.Length; i++)
        {
            int final = i % Finals.Length, vowel = i / Finals.Length % Vowels.Length, initial = i / Finals.Length / Vowels.Length;
            if (Initials[initial] + Vowels[vowel] + Finals[final] == sound)
            {
                return 0xAC00 + i;
            }
        }

        return -1;
    }

    private static Dictionary<string, int> Read()
    {
        const string resource = "KvCompose.Models.CharacterNames";
        using Stream stream = typeof(CharacterNames).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(new DeflateStream(stream, CompressionMode.Decompress), Encoding.ASCII);
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        int point = 0;
        while (reader.ReadLine() is { } line)
        {
            int space = line.IndexOf(' ');
            point += int.Parse(line.AsSpan(0, space), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            names[line[(space + 1)..]] = point;
        }

        return names;
    }
}
