using KvCompose.Models.Tokenizers.Normalizers;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>A part of a text: an added token, or text for the model.</summary>
internal readonly record struct Fragment(AddedToken? Token, int Start, int End);

/// <summary>The added tokens: those that are looked for in raw text, and those in normalised text.</summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);
    private readonly AddedToken[] _raw;
    private readonly AddedToken[] _normalized;
    private readonly TokenFinder _rawFinder;
    private readonly TokenFinder _normalizedFinder;

    public AddedVocabulary(IReadOnlyList<AddedToken> tokens, INormalizer? normalizer)
    {
        foreach (AddedToken token in tokens)
        {
            _byId[token.Id] = token;
            _byContent[token.Content] = token;
        }

        SpecialIds = _byId.Values.Where(token => token.Special).Select(token => token.Id).ToHashSet();
        _raw = [.. _byContent.Values.Where(token => !token.Normalized)];
        _normalized = [.. _byContent.Values.Where(token => token.Normalized)];
        _rawFinder = new TokenFinder([.. _raw.Select(token => token.Content)]);
        _normalizedFinder = new TokenFinder([.. _normalized.Select(token => Normalize(token.Content, normalizer))]);
    }

    public int LargestId => _byId.Count == 0 ? -1 : _byId.Keys.Max();

    public IReadOnlySet<int> SpecialIds { get; }

    public IEnumerable<AddedToken> Tokens => _byId.Values;

    public AddedToken? Find(int id) => _byId.GetValueOrDefault(id);

    public AddedToken? Find(string content) => _byContent.GetValueOrDefault(content);

    /// <summary>Whether a token is looked for in normalised text.</summary>
    public bool HasNormalized => _normalized.Length > 0;

    /// <summary>Cuts the tokens for raw text out of it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecial">Whether it may spell control tokens everywhere.</param>
    /// <param name="spelling">Where it may spell them otherwise.</param>
    public List<Fragment> Split(ReadOnlySpan<char> text, bool parseSpecial, ReadOnlySpan<(int Start, int End)> spelling)
        => Split(text, _rawFinder, _raw, parseSpecial, spelling);

    /// <summary>Cuts the tokens for normalised text out of it.</summary>
    /// <param name="text">The normalised text.</param>
    /// <param name="parseSpecial">Whether it may spell control tokens everywhere.</param>
    /// <param name="spelling">Where it may spell them otherwise.</param>
    public List<Fragment> SplitNormalized(ReadOnlySpan<char> text, bool parseSpecial, ReadOnlySpan<(int Start, int End)> spelling)
        => Split(text, _normalizedFinder, _normalized, parseSpecial, spelling);

    private static string Normalize(string content, INormalizer? normalizer)
    {
        TextBuffer buffer = TextBuffer.Create(CodePoints.Sanitize(content), 0, content.Length, -1);
        normalizer?.Apply(buffer, CancellationToken.None);
        return buffer.Text.ToString();
    }

    private static List<(int Token, int Start, int End)> Matches(
        ReadOnlySpan<char> text, TokenFinder finder, AddedToken[] tokens, bool parseSpecial, ReadOnlySpan<(int Start, int End)> spelling)
    {
        var matches = new List<(int Token, int Start, int End)>();
        finder.Find(text, matches);
        if (parseSpecial)
        {
            return matches;
        }

        List<(int Token, int Start, int End)> spelled = Spelled(text, finder, tokens, spelling);
        HashSet<int> control = [.. spelled.Select(static match => match.Token)];

        // What a refused match covers is not searched again, as in the published library.
        matches.RemoveAll(match => tokens[match.Token].Special || control.Contains(match.Token));
        if (spelled.Count > 0)
        {
            var taken = new Queue<(int Token, int Start, int End)>(spelled);
            matches.RemoveAll(match => Overlaps(taken, match));
            matches.AddRange(spelled);
            matches.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        }

        return matches;
    }

    /// <summary>
    /// The control tokens within the parts that may spell them. Some vocabularies do not mark the tokens of their template as special: one that such a part
    /// spells counts as control, unless it is white space.
    /// </summary>
    private static List<(int Token, int Start, int End)> Spelled(
        ReadOnlySpan<char> text, TokenFinder finder, AddedToken[] tokens, ReadOnlySpan<(int Start, int End)> spelling)
    {
        var spelled = new List<(int Token, int Start, int End)>();
        var found = new List<(int Token, int Start, int End)>();
        foreach ((int start, int end) in spelling)
        {
            found.Clear();
            finder.Find(text[start..end], found);
            spelled.AddRange(found
                .Where(match => tokens[match.Token].Special || !string.IsNullOrWhiteSpace(tokens[match.Token].Content))
                .Select(match => (match.Token, match.Start + start, match.End + start)));
        }

        return spelled;
    }

    /// <summary>Whether a match overlaps one of others; both come in order.</summary>
    private static bool Overlaps(Queue<(int Token, int Start, int End)> others, (int Token, int Start, int End) match)
    {
        while (others.TryPeek(out (int Token, int Start, int End) other) && other.End <= match.Start)
        {
            others.Dequeue();
        }

        return others.TryPeek(out (int Token, int Start, int End) next) && next.Start < match.End;
    }

    private static List<Fragment> Split(
        ReadOnlySpan<char> text, TokenFinder finder, AddedToken[] tokens, bool parseSpecial, ReadOnlySpan<(int Start, int End)> spelling)
    {
        var fragments = new List<Fragment>();
        int done = 0;
        foreach ((int number, int found, int foundEnd) in Matches(text, finder, tokens, parseSpecial, spelling))
        {
            AddedToken token = tokens[number];
            (int start, int end) = (found, foundEnd);
            if (token.SingleWord && !IsSingleWord(text, start, end))
            {
                continue;
            }

            while (token.StripsLeft && start > done && UnicodeData.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.StripsRight && end < text.Length && UnicodeData.IsWhiteSpace(text[end]))
            {
                end++;
            }

            if (start > done)
            {
                fragments.Add(new Fragment(null, done, start));
            }

            fragments.Add(new Fragment(token, start, end));
            done = end;
        }

        if (done < text.Length)
        {
            fragments.Add(new Fragment(null, done, text.Length));
        }

        return fragments;
    }

    private static bool IsSingleWord(ReadOnlySpan<char> text, int start, int end)
        => !(start > 0 && UnicodeData.IsWord(CodePoints.Before(text, start))) && !(end < text.Length && UnicodeData.IsWord(CodePoints.At(text, end)));
}
