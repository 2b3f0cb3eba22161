namespace KvCompose.Models.Tokenizers.Models;

/// <summary>Spellings and ids.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<int, string> _spellings;

    public Vocabulary(Dictionary<string, int> ids)
    {
        _ids = ids;
        _lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _spellings = new Dictionary<int, string>(ids.Count);
        LargestId = -1;
        foreach ((string token, int id) in ids)
        {
            _spellings[id] = token;
            LargestId = Math.Max(LargestId, id);
            LongestToken = Math.Max(LongestToken, token.Length);
        }
    }

    /// <summary>A vocabulary whose ids are places in a list. Of equal spellings the last one is found.</summary>
    public static Vocabulary Of(IReadOnlyList<string> spellings)
    {
        var ids = new Dictionary<string, int>(spellings.Count, StringComparer.Ordinal);
        for (int id = 0; id < spellings.Count; id++)
        {
            ids[spellings[id]] = id;
        }

        var vocabulary = new Vocabulary(ids);
        for (int id = 0; id < spellings.Count; id++)
        {
            vocabulary._spellings[id] = spellings[id];
        }

        vocabulary.LargestId = spellings.Count - 1;
        return vocabulary;
    }

    public int LargestId { get; private set; }

    /// <summary>Length of the longest spelling in UTF-16 units.</summary>
    public int LongestToken { get; }

    public IReadOnlyDictionary<string, int> Ids => _ids;

    public bool TryFind(ReadOnlySpan<char> spelling, out int id) => _lookup.TryGetValue(spelling, out id);

    public int? Find(string spelling) => _ids.TryGetValue(spelling, out int id) ? id : null;

    public string? Spelling(int id) => _spellings.GetValueOrDefault(id);

    /// <summary>The ids of &lt;0x00&gt; to &lt;0xFF&gt;; −1 for one that is missing.</summary>
    public int[] ByteTokens()
    {
        var ids = new int[256];
        for (int value = 0; value < 256; value++)
        {
            ids[value] = _ids.GetValueOrDefault($"<0x{value:X2}>", -1);
        }

        return ids;
    }
}
