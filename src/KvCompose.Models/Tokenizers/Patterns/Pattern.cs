namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>A compiled pattern. For several threads at once.</summary>
internal sealed class Pattern
{
    private const int MaxLength = 1 << 16;

    private readonly PatternProgram _program;

    private Pattern(PatternProgram program) => _program = program;

    /// <exception cref="PatternException">The text is no pattern, or uses an unsupported construct.</exception>
    public static Pattern Parse(string pattern)
    {
        if (pattern.Length > MaxLength)
        {
            throw new PatternException($"is {pattern.Length} characters long, expected at most {MaxLength}");
        }

        (PatternNode root, int groups) = PatternParser.Parse(pattern);
        return new Pattern(PatternCompiler.Compile(root, groups));
    }

    /// <summary>A pattern of a run of one of several sets; the first that fits counts.</summary>
    public static Pattern OfRuns(params ReadOnlySpan<Func<int, bool>> sets)
    {
        var runs = new List<PatternNode>();
        foreach (Func<int, bool> contains in sets)
        {
            runs.Add(new PatternNode.Repeat(new PatternNode.Set(Unicode.UnicodeData.Set(contains)), 1, -1, RepeatKind.Greedy));
        }

        return new Pattern(PatternCompiler.Compile(new PatternNode.Alternation(runs), groups: 0));
    }

    /// <summary>A pattern of one character of a set.</summary>
    public static Pattern OfSet(Func<int, bool> contains)
        => new(PatternCompiler.Compile(new PatternNode.Set(Unicode.UnicodeData.Set(contains)), groups: 0));

    /// <summary>Adds the matches from left to right, without overlap. An empty match right after another match does not count.</summary>
    /// <exception cref="PatternException">A match takes too many steps.</exception>
    public void Find(ReadOnlySpan<char> text, List<(int Start, int End)> matches, CancellationToken cancellation)
    {
        var matcher = new PatternMatcher(_program, text, cancellation);
        int at = 0, last = -1;
        while (at <= text.Length && matcher.Search(at, out int start, out int end))
        {
            if (start == end && start == last)
            {
                if (at == text.Length)
                {
                    break;
                }

                at += Unicode.CodePoints.Length(text, at);
                continue;
            }

            matches.Add((start, end));
            at = last = end;
        }
    }
}
