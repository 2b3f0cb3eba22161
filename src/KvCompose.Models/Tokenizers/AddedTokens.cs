using System.Text.RegularExpressions;

namespace KvCompose.Models.Tokenizers;

/// <summary>Finds added tokens in a text: leftmost first, and of those that begin there the longest.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Regex? _pattern;

    public AddedTokens(IReadOnlyList<AddedToken> tokens)
    {
        foreach (AddedToken token in tokens)
        {
            _byContent[token.Content] = token;
            _byId[token.Id] = token;
        }

        if (tokens.Count > 0)
        {
            IEnumerable<string> longestFirst = _byContent.Keys
                .OrderByDescending(content => content.Length).ThenBy(content => content, StringComparer.Ordinal).Select(Regex.Escape);
            _pattern = new Regex(string.Join('|', longestFirst), RegexOptions.CultureInvariant);
        }
    }

    public int LargestId => _byId.Count == 0 ? -1 : _byId.Keys.Max();

    public int? IdOf(string content) => _byContent.TryGetValue(content, out AddedToken? token) ? token.Id : null;

    public AddedToken? Find(int id) => _byId.GetValueOrDefault(id);

    /// <summary>Adds the tokens of a text; what lies between added tokens is the model's.</summary>
    public void Split(string text, List<int> ids, ITokenModel model)
    {
        int start = 0;
        for (Match? match = _pattern?.Match(text); match is { Success: true }; match = match.NextMatch())
        {
            AddedToken token = _byContent[match.Value];
            int end = token.StripsLeft ? text.AsSpan(0, match.Index).TrimEnd().Length : match.Index;
            if (end > start)
            {
                model.Encode(text[start..end], ids);
            }

            ids.Add(token.Id);
            start = match.Index + match.Length;
            while (token.StripsRight && start < text.Length && char.IsWhiteSpace(text[start]))
            {
                start++;
            }
        }

        if (start < text.Length)
        {
            model.Encode(text[start..], ids);
        }
    }
}
