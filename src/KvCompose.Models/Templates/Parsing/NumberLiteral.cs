namespace KvCompose.Models.Templates.Parsing;

/// <summary>Numbers: 1_000, 0x1f, 0o17, 0b101, 1.5, 1e3.</summary>
internal static class NumberLiteral
{
    /// <summary>Reads a number that begins at a position.</summary>
    /// <param name="text">The source.</param>
    /// <param name="start">Where the number would begin.</param>
    /// <param name="length">Where the source ends.</param>
    /// <param name="token">The number, without underscores. Its offset is the length of its spelling.</param>
    public static bool Read(string text, int start, int length, out Token token)
    {
        token = default;
        if (!IsDigit(text, start, length))
        {
            return false;
        }

        int end = start > 0 && text[start - 1] == '.' ? -1 : FloatEnd(text, start, length);
        TokenKind kind = TokenKind.Float;
        if (end < 0)
        {
            kind = TokenKind.Integer;
            end = IntegerEnd(text, start, length);
        }

        token = new Token(kind, text[start..end].Replace("_", ""), end - start);
        return true;
    }

    private static int FloatEnd(string text, int start, int length)
    {
        int whole = Digits(text, start, length);
        int fraction = whole < length && text[whole] == '.' && IsDigit(text, whole + 1, length) ? Digits(text, whole + 1, length) : -1;
        int mantissa = fraction > 0 ? fraction : whole;
        int exponent = -1;
        if (mantissa < length && text[mantissa] is 'e' or 'E')
        {
            int at = mantissa + 1;
            at = at < length && text[at] is '+' or '-' ? at + 1 : at;
            exponent = IsDigit(text, at, length) ? Digits(text, at, length) : -1;
        }

        return exponent > 0 ? exponent : fraction;
    }

    private static int IntegerEnd(string text, int start, int length)
    {
        if (text[start] != '0')
        {
            return Digits(text, start, length);
        }

        if (start + 1 < length)
        {
            Func<char, bool>? digit = char.ToLowerInvariant(text[start + 1]) switch
            {
                'b' => c => c is '0' or '1',
                'o' => c => c is >= '0' and <= '7',
                'x' => char.IsAsciiHexDigit,
                _ => null,
            };
            if (digit is not null && Run(text, start + 2, length, digit, underscoreFirst: true) is var end && end > start + 2)
            {
                return end;
            }
        }

        return Run(text, start + 1, length, c => c == '0', underscoreFirst: true);
    }

    private static int Digits(string text, int start, int length) => Run(text, start, length, char.IsAsciiDigit, underscoreFirst: false);

    /// <summary>The end of digits with single underscores between them.</summary>
    private static int Run(string text, int start, int length, Func<char, bool> digit, bool underscoreFirst)
    {
        int i = start;
        while (i < length)
        {
            bool underscore = text[i] == '_' && (i > start || underscoreFirst) && i + 1 < length && digit(text[i + 1]);
            if (!underscore && !digit(text[i]))
            {
                break;
            }

            i += underscore ? 2 : 1;
        }

        return i;
    }

    private static bool IsDigit(string text, int at, int length) => at < length && char.IsAsciiDigit(text[at]);
}
