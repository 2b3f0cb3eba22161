namespace KvCompose.Models.Templates.Values;

/// <summary>White space and line ends as Python knows them.</summary>
internal static class Space
{
    public static bool Is(char c) => c is (>= '\t' and <= '\r') or (>= '\x1c' and <= ' ') or '\x85' or '\xa0' or '\u1680'
        or (>= '\u2000' and <= '\u200a') or '\u2028' or '\u2029' or '\u202f' or '\u205f' or '\u3000';

    /// <summary>Whether a character ends a line for splitlines.</summary>
    public static bool EndsLine(char c) => c is (>= '\n' and <= '\r') or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029';

    public static bool IsAll(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!Is(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The lines of a text, without their ends unless <paramref name="keepEnds"/>.</summary>
    public static IEnumerable<Text> Lines(Text text, bool keepEnds = false)
    {
        string value = text.Value;
        for (int start = 0; start < value.Length;)
        {
            int end = start;
            while (end < value.Length && !EndsLine(value[end]))
            {
                end++;
            }

            int next = end < value.Length ? end + 1 : end;
            if (end + 1 < value.Length && value[end] == '\r' && value[end + 1] == '\n')
            {
                next = end + 2;
            }

            yield return text.Part(start, keepEnds ? next : end);
            start = next;
        }
    }
}
