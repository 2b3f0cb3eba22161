using System.Globalization;
using System.Text;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Parsing;

/// <summary>The escapes of a string literal, which are Python's.</summary>
internal static class StringLiteral
{
    /// <summary>Text of a literal.</summary>
    /// <param name="body">What stands between the quotes.</param>
    /// <exception cref="FormatException">An escape is cut off or names no character.</exception>
    public static string Unescape(string body)
    {
        if (!body.Contains('\\'))
        {
            return body;
        }

        var text = new StringBuilder(body.Length);
        for (int i = 0; i < body.Length;)
        {
            if (body[i] != '\\')
            {
                text.Append(body[i++]);
                continue;
            }

            i = Escape(body, i + 1, text);
        }

        return text.ToString();
    }

    private static int Escape(string body, int i, StringBuilder text)
    {
        char c = body[i];
        switch (c)
        {
            case '\n':
                return i + 1;
            case '\\' or '\'' or '"':
                text.Append(c);
                return i + 1;
            case 'n' or 't' or 'r' or 'a' or 'b' or 'f' or 'v':
                text.Append(c switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'a' => '\a', 'b' => '\b', 'f' => '\f', _ => '\v' });
                return i + 1;
            case 'x':
                return Hexadecimal(body, i + 1, 2, "\\xXX", text);
            case 'u':
                return Hexadecimal(body, i + 1, 4, "\\uXXXX", text);
            case 'U':
                return Hexadecimal(body, i + 1, 8, "\\UXXXXXXXX", text);
            case 'N':
                return Named(body, i + 1, text);
            case >= '0' and <= '7':
                int value = 0, end = Math.Min(i + 3, body.Length);
                for (; i < end && body[i] is >= '0' and <= '7'; i++)
                {
                    value = value * 8 + (body[i] - '0');
                }

                text.Append((char)value);
                return i;
            case > '\x7f':
                // The reference writes such a character as an escape first, and then finds an escaped backslash before it.
                int point = Text.CodePointAt(body, i);
                text.Append('\\').Append(point <= 0xff ? $"x{point:x2}" : point <= 0xffff ? $"u{point:x4}" : $"U{point:x8}");
                return i + Text.UnitsAt(body, i);
            default:
                text.Append('\\').Append(c);
                return i + 1;
        }
    }

    private static int Hexadecimal(string body, int start, int digits, string form, StringBuilder text)
    {
        if (start + digits > body.Length
            || !uint.TryParse(body.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint point))
        {
            throw new FormatException($"truncated {form} escape");
        }

        Append(text, point);
        return start + digits;
    }

    private static int Named(string body, int start, StringBuilder text)
    {
        int end = start < body.Length && body[start] == '{' ? body.IndexOf('}', start) : -1;
        if (end < 0)
        {
            throw new FormatException("malformed \\N character escape");
        }

        int point = CharacterNames.Find(body[(start + 1)..end]);
        if (point < 0)
        {
            throw new FormatException($"unknown Unicode character name '{body[(start + 1)..end]}'");
        }

        Append(text, (uint)point);
        return end + 1;
    }

    private static void Append(StringBuilder text, uint point)
    {
        if (point > 0x10FFFF)
        {
            throw new FormatException("illegal Unicode character");
        }

        if (point > 0xFFFF)
        {
            text.Append(char.ConvertFromUtf32((int)point));
        }
        else
        {
            text.Append((char)point);
        }
    }
}
