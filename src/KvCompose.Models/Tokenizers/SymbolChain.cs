namespace KvCompose.Models.Tokenizers;

/// <summary>The symbols of one piece as a chain in which neighbours can be joined. Places are those of the first byte.</summary>
internal sealed class SymbolChain
{
    private readonly int[] _ids;
    private readonly int[] _previous;
    private readonly int[] _next;

    public SymbolChain(ReadOnlySpan<byte> bytes, int[] byteIds)
    {
        _ids = new int[bytes.Length];
        _previous = new int[bytes.Length];
        _next = new int[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            _ids[i] = byteIds[bytes[i]];
            _previous[i] = i - 1;
            _next[i] = i + 1 < bytes.Length ? i + 1 : -1;
        }
    }

    /// <summary>The symbol that begins here; −1 where one was joined to its left neighbour.</summary>
    public int Id(int place) => _ids[place];

    public int Next(int place) => _next[place];

    public int Previous(int place) => _previous[place];

    /// <summary>Joins a symbol with the next one.</summary>
    public void Join(int place, int joined)
    {
        int gone = _next[place];
        _ids[place] = joined;
        _ids[gone] = -1;
        _next[place] = _next[gone];
        if (_next[place] >= 0)
        {
            _previous[_next[place]] = place;
        }
    }
}
