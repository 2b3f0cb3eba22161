using System.Text;

namespace KvCompose.Models.Tokenizers;

/// <summary>A token is a word, and words are what stands between white space.</summary>
internal sealed class WordLevelModel : ITokenModel
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, byte[]> _bytes = [];
    private readonly int? _unknown;

    public WordLevelModel(Dictionary<string, int> ids, int? unknown)
    {
        _ids = ids;
        _unknown = unknown;
        LargestId = ids.Count == 0 ? -1 : ids.Values.Max();
        foreach ((string word, int id) in ids)
        {
            _bytes[id] = Encoding.UTF8.GetBytes(word);
        }
    }

    public int LargestId { get; }

    public bool SeparatesTokens => true;

    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public void Encode(string text, List<int> ids)
    {
        var words = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        int end = 0;
        while (true)
        {
            int start = end;
            while (start < text.Length && char.IsWhiteSpace(text[start]))
            {
                start++;
            }

            if (start == text.Length)
            {
                return;
            }

            end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            ReadOnlySpan<char> word = text.AsSpan(start, end - start);
            ids.Add(words.TryGetValue(word, out int id)
                ? id
                : _unknown ?? throw new ArgumentException(
                    $"the word '{word}' is not in the vocabulary, which has no token for unknown words", nameof(text)));
        }
    }

    public ReadOnlySpan<byte> Bytes(int token) => _bytes.GetValueOrDefault(token);
}
