namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>What a Replace or Split step looks for: a literal text or a regular expression.</summary>
internal sealed class TextPattern(string? literal, Pattern? pattern)
{
    public static TextPattern Of(Func<int, bool> contains) => new(null, Pattern.OfSet(contains));

    public void Find(ReadOnlySpan<char> text, List<(int Start, int End)> matches, CancellationToken cancellation)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (pattern is not null)
        {
            pattern.Find(text, matches, cancellation);
            return;
        }

        for (int at = 0; literal!.Length > 0;)
        {
            int found = text[at..].IndexOf(literal, StringComparison.Ordinal);
            if (found < 0)
            {
                return;
            }

            matches.Add((at + found, at + found + literal.Length));
            at += found + literal.Length;
        }
    }
}
