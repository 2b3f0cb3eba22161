using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Breaks a line into lines of a width, as Python's textwrap does.</summary>
internal static class WordWrapping
{
    public static IEnumerable<object> Wrap(TemplateRun run, Text line, int width, bool breakLongWords, bool breakOnHyphens)
    {
        var chunks = new Stack<Text>(Chunks(line, breakOnHyphens).Reverse());
        bool first = true;
        while (chunks.Count > 0)
        {
            run.Step();
            if (!first && IsBlank(chunks.Peek()))
            {
                chunks.Pop();
                if (chunks.Count == 0)
                {
                    yield break;
                }
            }

            var current = new List<Text>();
            int length = 0;
            while (chunks.Count > 0 && length + chunks.Peek().Count <= width)
            {
                length += chunks.Peek().Count;
                current.Add(chunks.Pop());
            }

            if (chunks.Count > 0 && chunks.Peek().Count > width)
            {
                (Text? head, Text? tail) = Break(chunks.Pop(), width - length, breakLongWords, breakOnHyphens, current.Count == 0);
                if (head is not null)
                {
                    current.Add(head);
                }

                if (tail is not null)
                {
                    chunks.Push(tail);
                }
            }

            if (current.Count > 0 && IsBlank(current[^1]))
            {
                current.RemoveAt(current.Count - 1);
            }

            if (current.Count > 0)
            {
                var output = new TextBuilder(run);
                current.ForEach(chunk => output.Append(chunk));
                first = false;
                yield return output.ToText();
            }
        }
    }

    private static (Text? Head, Text? Tail) Break(Text word, int room, bool breakLongWords, bool hyphens, bool alone)
    {
        if (!breakLongWords)
        {
            return alone ? (word, null) : (null, word);
        }

        int end = word.Offset(Math.Min(Math.Max(room, 1), word.Count));
        if (room < 1 && !alone)
        {
            return (null, word);
        }

        int hyphen = hyphens && word.Count > room ? word.Value.LastIndexOf('-', end - 1) : -1;
        if (hyphen > 0 && word.Value.AsSpan(0, hyphen).ContainsAnyExcept('-'))
        {
            end = hyphen + 1;
        }

        return (word.Part(0, end), end < word.Value.Length ? word.From(end) : null);
    }

    /// <summary>Words and the white space between them; words may part after hyphens between letters.</summary>
    private static IEnumerable<Text> Chunks(Text line, bool hyphens)
    {
        string value = line.Value;
        for (int start = 0; start < value.Length;)
        {
            bool blank = IsWrapSpace(value[start]);
            int end = start + 1;
            while (end < value.Length && IsWrapSpace(value[end]) == blank
                && (blank || !hyphens || !PartsAt(value, start, end)))
            {
                end++;
            }

            yield return line.Part(start, end);
            start = end;
        }
    }

    private static bool PartsAt(string value, int start, int at) => at - start >= 3 && value[at - 1] == '-'
        && char.IsLetter(value[at - 2]) && char.IsLetterOrDigit(value[at - 3])
        && at + 1 < value.Length && char.IsLetter(value[at]) && char.IsLetterOrDigit(value[at + 1]);

    private static bool IsWrapSpace(char c) => c is ' ' or (>= '\t' and <= '\r');

    private static bool IsBlank(Text chunk) => Space.IsAll(chunk.Value);
}
