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

    /// <summary>Cuts the tokens for raw text out of it.</summary>
    public List<Fragment> Split(ReadOnlySpan<char> text, bool parseSpecial) => Split(text, _rawFinder, _raw, parseSpecial);

    /// <summary>Cuts the tokens for normalised text out of it.</summary>
    public List<Fragment> SplitNormalized(ReadOnlySpan<char> text, bool parseSpecial) => Split(text, _normalizedFinder, _normalized, parseSpecial);

    private static string Normalize(string content, INormalizer? normalizer)
    {
        TextBuffer buffer = TextBuffer.Create(CodePoints.Sanitize(content), 0, content.Length, -1);
        normalizer?.Apply(buffer, CancellationToken.None);
        return buffer.Text.ToString();
    }

    private static List<Fragment> Split(ReadOnlySpan<char> text, TokenFinder finder, AddedToken[] tokens, bool parseSpecial)
    {
        var matches = new List<(int Token, int Start, int End)>();
        finder.Find(text, matches);
        var fragments = new List<Fragment>();
        int done = 0;
        foreach ((int number, int found, int foundEnd) in matches)
        {
            AddedToken token = tokens[number];
            (int start, int end) = (found, foundEnd);
            if ((token.Special && !parseSpecial) || (token.SingleWord && !IsSingleWord(text, start, end)))
            {
                continue; // What a refused match covers is not searched again, as in the published library.
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
