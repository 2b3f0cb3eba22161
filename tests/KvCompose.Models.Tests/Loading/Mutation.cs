using System.Text;
using System.Text.RegularExpressions;

namespace KvCompose.Models.Tests.Loading;

/// <summary>Random damage to a file, some blind, some that knows JSON.</summary>
internal static class Mutation
{
    private static readonly string[] Values =
    [
        "0", "-1", "1", "2147483647", "4294967296", "9223372036854775807", "99999999999999999999", "1e308", "1e999", "-0.5", "0.1", "null",
        "true", "\"\"", "[]", "{}", "[[[]]]", "\"\\ud800\"", "\"\\u0000\"", "\"F64\"", "\"BF16\"", "\"llama3\"", "\"linear\"", "[0]", "[0,0]",
        "[0,9223372036854775807]", "[1,2,3,4,5,6,7,8,9]", "{\"type\":\"Sequence\"}", "{\"a\":{\"b\":[1]}}", "NaN",
    ];

    public static byte[] Apply(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        for (int round = random.Next(1, 4); round > 0 && bytes.Length > 0; round--)
        {
            bytes = random.Next(8) switch
            {
                0 => bytes[..random.Next(bytes.Length)],
                1 => Flip(bytes, random),
                2 => Remove(bytes, random),
                3 => Repeat(bytes, random),
                4 => Insert(bytes, random),
                _ => ReplaceValue(bytes, random),
            };
        }

        return bytes;
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Remove(byte[] bytes, Random random)
    {
        int start = random.Next(bytes.Length);
        return [.. bytes[..start], .. bytes[Math.Min(bytes.Length, start + random.Next(1, 30))..]];
    }

    private static byte[] Repeat(byte[] bytes, Random random)
    {
        int start = random.Next(bytes.Length), end = Math.Min(bytes.Length, start + random.Next(1, 60));
        return [.. bytes[..end], .. bytes[start..]];
    }

    private static byte[] Insert(byte[] bytes, Random random)
    {
        var noise = new byte[random.Next(1, 5)];
        random.NextBytes(noise);
        int start = random.Next(bytes.Length);
        return [.. bytes[..start], .. noise, .. bytes[start..]];
    }

    /// <summary>Puts something else in the place of one JSON value. Latin-1 keeps every byte.</summary>
    private static byte[] ReplaceValue(byte[] bytes, Random random)
    {
        string text = Encoding.Latin1.GetString(bytes);
        MatchCollection values = Regex.Matches(text, """(?<=[:,\[])\s*("[^"]*"|-?[0-9][0-9.eE+-]*|true|false|null|\{|\[)""");
        if (values.Count == 0)
        {
            return bytes;
        }

        Match value = values[random.Next(values.Count)];
        return Encoding.Latin1.GetBytes(text[..value.Index] + Values[random.Next(Values.Length)] + text[(value.Index + value.Length)..]);
    }
}
