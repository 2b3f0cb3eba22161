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

    public List<Fragment> Split(string text, bool parseSpecial, CancellationToken cancellation)
    {
        List<Fragment> fragments = text.Length == 0 ? [] : [new Fragment(null, 0, text.Length)];
        foreach ((AddedToken token, bool hidden) in _tokens)
        {
            if ((hidden && !parseSpecial) || !text.Contains(token.Content, StringComparison.Ordinal))
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            var next = new List<Fragment>(fragments.Count);
            foreach (Fragment fragment in fragments)
            {
                Cut(text, fragment, token, next);
            }

            fragments = next;
        }

        return fragments;
    }

    private static void Cut(string text, Fragment fragment, AddedToken token, List<Fragment> result)
    {
        int start = fragment.Start;
        while (fragment.Token is null)
        {
            int found = text.AsSpan(start, fragment.End - start).IndexOf(token.Content, StringComparison.Ordinal);
            if (found < 0)
            {
                break;
            }

            if (found > 0)
            {
                result.Add(new Fragment(null, start, start + found));
            }

            result.Add(new Fragment(token, start + found, start + found + token.Content.Length));
            start += found + token.Content.Length;
        }

        if (start < fragment.End)
        {
            result.Add(fragment with { Start = start });
        }
    }
}
