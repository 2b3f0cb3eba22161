using System.Text;

namespace KvCompose.Roslyn.Testing;

/// <summary>Shows where two texts part, line by line.</summary>
public static class LineDiff
{
    private const int Context = 2;
    private const int ShownLines = 40;

    /// <summary>The lines from the first difference to the last, <c>-</c> expected and <c>+</c> actual; empty for equal texts.</summary>
    public static string Between(string expected, string actual)
    {
        if (expected == actual)
            return "";
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var head = 0;
        while (head < left.Length && head < right.Length && left[head] == right[head])
            head++;
        var tail = 0;
        while (tail < left.Length - head && tail < right.Length - head && left[^(tail + 1)] == right[^(tail + 1)])
            tail++;

        var text = new StringBuilder();
        for (var i = Math.Max(0, head - Context); i < head; i++)
            text.Append($"  {i + 1,4}   {left[i]}\n");
        Append(text, '-', left, head, left.Length - tail);
        Append(text, '+', right, head, right.Length - tail);
        for (var i = left.Length - tail; i < Math.Min(left.Length, left.Length - tail + Context); i++)
            text.Append($"  {i + 1,4}   {left[i]}\n");
        return text.ToString();
    }

    private static void Append(StringBuilder text, char sign, string[] lines, int start, int end)
    {
        for (var i = start; i < Math.Min(end, start + ShownLines); i++)
            text.Append($"  {i + 1,4} {sign} {lines[i]}\n");
        if (end - start > ShownLines)
            text.Append($"       {sign} ({end - start - ShownLines} more lines)\n");
    }
}
