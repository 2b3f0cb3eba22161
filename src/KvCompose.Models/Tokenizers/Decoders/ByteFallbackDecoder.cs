using System.Text;

namespace KvCompose.Models.Tokenizers.Decoders;

/// <summary>A run of tokens like &lt;0x0A&gt; becomes its text, or, if it is not UTF-8 as a whole, one U+FFFD per byte.</summary>
internal sealed class ByteFallbackDecoder : IDecoder
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    public List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (string token in tokens)
        {
            if (Byte(token) is { } value)
            {
                run.Add(value);
                continue;
            }

            Flush(run, result);
            result.Add(token);
        }

        Flush(run, result);
        return result;
    }

    private static void Flush(List<byte> run, List<string> result)
    {
        if (run.Count == 0)
        {
            return;
        }

        byte[] bytes = [.. run];
        run.Clear();
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            result.Add(s_strict.GetString(bytes));
            return;
        }

        result.AddRange(Enumerable.Repeat("\uFFFD", bytes.Length));
    }

    /// <summary>The byte that a spelling like &lt;0x0A&gt; stands for, or null.</summary>
    public static byte? Byte(string token)
    {
        if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>')
        {
            return null;
        }

        // The published library's parser also takes a plus sign for the first digit.
        int high = token[3] == '+' ? 0 : Digit(token[3]), low = Digit(token[4]);
        return high < 0 || low < 0 ? null : (byte)(16 * high + low);
    }

    private static int Digit(char c) => char.IsAsciiHexDigit(c) ? Convert.FromHexString(['0', c])[0] : -1;
}
