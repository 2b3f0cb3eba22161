using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Parts of texts: stripping, splitting, replacing, joining.</summary>
internal static class TextParts
{
    /// <summary>Takes characters off the ends: white space, or those of a set.</summary>
    public static Text Strip(Text text, Text? set, bool left = true, bool right = true)
    {
        string value = text.Value;
        HashSet<int>? points = set is null ? null : [.. set.Characters().Select(c => Text.CodePointAt(c.Value, 0))];
        int start = 0, end = value.Length;
        while (left && start < end && Goes(value, start, points))
        {
            start += Text.UnitsAt(value, start);
        }

        while (right && end > start)
        {
            int last = end - 1 > start && char.IsSurrogatePair(value[end - 2], value[end - 1]) ? end - 2 : end - 1;
            if (!Goes(value, last, points))
            {
                break;
            }

            end = last;
        }

        return text.Part(start, end);
    }

    /// <summary>Splits at a separator, or at runs of white space without one.</summary>
    /// <param name="run">The rendering.</param>
    /// <param name="text">What is split.</param>
    /// <param name="separator">Not empty; null for white space.</param>
    /// <param name="most">Splits at most; negative for all.</param>
    public static List<object> Split(TemplateRun run, Text text, Text? separator, int most)
    {
        var parts = new List<object>();
        string value = text.Value;
        if (separator is null)
        {
            return SplitAtSpace(run, text, most);
        }

        int start = 0;
        for (int next; (most < 0 || parts.Count < most) && (next = Find(value, separator.Value, start)) >= 0;)
        {
            run.Step();
            parts.Add(text.Part(start, next));
            start = next + separator.Value.Length;
        }

        parts.Add(text.From(start));
        return parts;
    }

    /// <summary>As <see cref="Split"/>, from the end.</summary>
    public static List<object> SplitFromEnd(TemplateRun run, Text text, Text? separator, int most)
    {
        if (most < 0)
        {
            return Split(run, text, separator, most);
        }

        var parts = new List<object>();
        string value = text.Value;
        int end = value.Length;
        while (true)
        {
            run.Step();
            if (separator is null)
            {
                while (end > 0 && Space.Is(value[end - 1]))
                {
                    end--;
                }

                if (end == 0)
                {
                    break;
                }
            }

            int start = parts.Count == most ? -1 : separator is null
                ? LastSpace(value, end)
                : end == 0 ? -1 : value.AsSpan(0, end).LastIndexOf(separator.Value);
            int length = separator?.Value.Length ?? 1;
            parts.Add(text.Part(start < 0 ? 0 : start + length, end));
            if (start < 0)
            {
                break;
            }

            end = start;
        }

        parts.Reverse();
        return parts;
    }

    public static Text Replace(TemplateRun run, Text text, Text old, Text with, int most)
    {
        var builder = new TextBuilder(run);
        string value = text.Value;
        int done = 0, start = 0;
        if (old.Value.Length == 0)
        {
            for (int i = 0; most < 0 || done < most; done++)
            {
                run.Step();
                builder.Append(with);
                if (i >= value.Length)
                {
                    return builder.ToText();
                }

                int units = Text.UnitsAt(value, i);
                builder.Append(text, i, i + units);
                i = start = i + units;
            }
        }
        else
        {
            for (int next; (most < 0 || done < most) && (next = Find(value, old.Value, start)) >= 0; done++)
            {
                run.Step();
                builder.Append(text, start, next).Append(with);
                start = next + old.Value.Length;
            }
        }

        return done == 0 ? text : builder.Append(text, start, value.Length).ToText();
    }

    public static Text Join(TemplateRun run, Text separator, IEnumerable<object> items, Func<object, Text> text)
    {
        var builder = new TextBuilder(run);
        bool first = true;
        foreach (object item in items)
        {
            if (!first)
            {
                builder.Append(separator);
            }

            first = false;
            builder.Append(text(item));
        }

        return builder.ToText();
    }

    /// <summary>Puts fill characters around a text. Widths count code points.</summary>
    public static Text Pad(TemplateRun run, Text text, int left, int right, string fill)
    {
        var builder = new TextBuilder(run);
        run.Pay((long)Math.Max(left, 0) + Math.Max(right, 0));
        return builder.Append(Repeat(fill, left)).Append(text).Append(Repeat(fill, right)).ToText();
    }

    public static int Find(string value, string part, int start) => value.IndexOf(part, start, StringComparison.Ordinal);

    private static string Repeat(string fill, int times) =>
        times <= 0 ? "" : fill.Length == 1 ? new string(fill[0], times) : string.Concat(Enumerable.Repeat(fill, times));

    private static List<object> SplitAtSpace(TemplateRun run, Text text, int most)
    {
        var parts = new List<object>();
        string value = text.Value;
        for (int i = 0; i < value.Length;)
        {
            if (Space.Is(value[i]))
            {
                i++;
                continue;
            }

            run.Step();
            int end = i;
            while (end < value.Length && !Space.Is(value[end]))
            {
                end++;
            }

            if (most >= 0 && parts.Count == most)
            {
                parts.Add(Strip(text.From(i), null, left: false));
                break;
            }

            parts.Add(text.Part(i, end));
            i = end;
        }

        return parts;
    }

    private static int LastSpace(string value, int end)
    {
        int i = end - 1;
        while (i >= 0 && !Space.Is(value[i]))
        {
            i--;
        }

        return i;
    }

    private static bool Goes(string value, int at, HashSet<int>? points) =>
        points is null ? Space.Is(value[at]) : points.Contains(Text.CodePointAt(value, at));
}
