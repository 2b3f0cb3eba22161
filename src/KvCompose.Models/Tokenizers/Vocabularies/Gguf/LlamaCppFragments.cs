using System.Text;
using KvCompose.Models.Tokenizers.Processing;

namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>
/// Cuts special tokens out of raw text like llama.cpp: the longest first, each over everything that is left, so not the leftmost.
/// </summary>
internal sealed class LlamaCppFragments
{
    private readonly (AddedToken Token, bool Hidden)[] _tokens;

    public LlamaCppFragments(string[] tokens, GgufTokenType[] types)
    {
        _tokens =
        [
            .. tokens.Select((token, id) => (Token: new AddedToken(token, id) { Special = types[id] is GgufTokenType.Control or GgufTokenType.Unknown }, Type: types[id]))
                .Where(item => item.Type is GgufTokenType.Control or GgufTokenType.Unknown or GgufTokenType.UserDefined)
                .OrderByDescending(item => Encoding.UTF8.GetByteCount(item.Token.Content))
                .Select(item => (item.Token, item.Token.Special)),
        ];
    }

    public IEnumerable<AddedToken> Tokens => _tokens.Select(item => item.Token);

    /// <summary>Cuts a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecial">Whether it may spell control tokens everywhere.</param>
    /// <param name="spelling">Where it may spell them otherwise; null for nowhere.</param>
    /// <param name="cancellation">Looked at between tokens.</param>
    public List<Fragment> Split(string text, bool parseSpecial, (int Start, int End)[]? spelling, CancellationToken cancellation)
    {
        List<Fragment> fragments = text.Length == 0 ? [] : [new Fragment(null, 0, text.Length)];
        foreach ((AddedToken token, bool hidden) in _tokens)
        {
            if ((hidden && !parseSpecial && spelling is null) || !text.Contains(token.Content, StringComparison.Ordinal))
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            var next = new List<Fragment>(fragments.Count);
            foreach (Fragment fragment in fragments)
            {
                Cut(text, fragment, token, hidden && !parseSpecial ? spelling : null, next);
            }

            fragments = next;
        }

        return fragments;
    }

    private static void Cut(string text, Fragment fragment, AddedToken token, (int Start, int End)[]? spelling, List<Fragment> result)
    {
        int start = fragment.Start, from = start;
        while (fragment.Token is null)
        {
            int found = text.AsSpan(from, fragment.End - from).IndexOf(token.Content, StringComparison.Ordinal);
            if (found < 0)
            {
                break;
            }

            found += from - start;
            if (spelling is not null && !Array.Exists(spelling, part => part.Start <= start + found && start + found + token.Content.Length <= part.End))
            {
                from = start + found + 1;
                continue;
            }

            if (found > 0)
            {
                result.Add(new Fragment(null, start, start + found));
            }

            result.Add(new Fragment(token, start + found, start + found + token.Content.Length));
            start += found + token.Content.Length;
            from = start;
        }

        if (start < fragment.End)
        {
            result.Add(fragment with { Start = start });
        }
    }
}
