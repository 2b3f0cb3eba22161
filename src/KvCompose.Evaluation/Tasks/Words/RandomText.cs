using System.Globalization;

namespace KvCompose.Evaluation;

/// <summary>The keys and values that RULER hides.</summary>
internal static class RandomText
{
    /// <summary>Seven digits, 1 000 000 to 9 999 999.</summary>
    public static string Number(SeededRandom random) => (1_000_000 + random.Next(9_000_000)).ToString(CultureInfo.InvariantCulture);

    /// <summary>An adjective and a noun with a hyphen between them.</summary>
    public static string WordPair(SeededRandom random) => $"{random.Pick(WordStock.Adjectives)}-{random.Pick(WordStock.Nouns)}";

    /// <summary>A UUID of version 4 from 128 random bits.</summary>
    public static string Uuid(SeededRandom random)
    {
        ulong high = (random.NextBits() & ~0xF000UL) | 0x4000;
        ulong low = (random.NextBits() & ~(3UL << 62)) | (2UL << 62);
        string digits = high.ToString("x16", CultureInfo.InvariantCulture) + low.ToString("x16", CultureInfo.InvariantCulture);
        return $"{digits[..8]}-{digits[8..12]}-{digits[12..16]}-{digits[16..20]}-{digits[20..]}";
    }

    /// <summary>So many random digits.</summary>
    public static string Digits(SeededRandom random, int count) => Letters(random, count, '0', 10);

    /// <summary>So many characters, each drawn from a run of characters.</summary>
    public static string Letters(SeededRandom random, int count, char first, int kinds)
        => string.Create(count, (random, first, kinds), static (text, from) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (char)(from.first + from.random.Next(from.kinds));
            }
        });

    /// <summary>So many different texts.</summary>
    public static string[] Different(SeededRandom random, int count, Func<SeededRandom, string> draw)
    {
        var known = new HashSet<string>();
        while (known.Count < count)
        {
            known.Add(draw(random));
        }

        return [.. known];
    }

    /// <summary>"a", "a, and b", "a, b, and c": as RULER lists what it asks for.</summary>
    public static string Listed(IReadOnlyList<string> items)
        => items.Count == 1 ? items[0] : $"{string.Join(", ", items.Take(items.Count - 1))}, and {items[^1]}";
}
