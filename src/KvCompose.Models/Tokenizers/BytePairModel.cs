using System.Text;

namespace KvCompose.Models.Tokenizers;

/// <summary>Byte-level BPE (Sennrich et al. 2016): bytes of a piece are joined pair by pair, the pair learned first at first.</summary>
internal sealed class BytePairModel : ITokenModel
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, byte[]> _bytes = [];
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges;
    private readonly int[] _byteIds = new int[256];
    private readonly PieceSplitter[] _splitters;
    private readonly Normalisation _normalisation;
    private readonly bool _wholePiecesFirst;

    public BytePairModel(
        Dictionary<string, int> ids, Dictionary<(int Left, int Right), (int Rank, int Id)> merges,
        Normalisation normalisation, PieceSplitter[] splitters, bool wholePiecesFirst)
    {
        _ids = ids;
        _merges = merges;
        _normalisation = normalisation;
        _splitters = splitters;
        _wholePiecesFirst = wholePiecesFirst;
        LargestId = ids.Values.Max();
        foreach ((string token, int id) in ids)
        {
            _bytes[id] = ByteAlphabet.Decode(token);
        }

        for (int value = 0; value < 256; value++)
        {
            _byteIds[value] = ids[ByteAlphabet.Character((byte)value).ToString()];
        }
    }

    public int LargestId { get; }

    public bool SeparatesTokens => false;

    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public ReadOnlySpan<byte> Bytes(int token) => _bytes.GetValueOrDefault(token);

    public void Encode(string text, List<int> ids)
    {
        var pieces = new List<string> { _normalisation.Apply(text) };
        foreach (PieceSplitter splitter in _splitters)
        {
            var finer = new List<string>();
            foreach (string piece in pieces)
            {
                splitter.Split(piece, finer);
            }

            pieces = finer;
        }

        foreach (string piece in pieces)
        {
            EncodePiece(piece, ids);
        }
    }

    private void EncodePiece(string piece, List<int> ids)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(piece);
        if (_wholePiecesFirst && _ids.TryGetValue(string.Create(bytes.Length, bytes, Spell), out int whole))
        {
            ids.Add(whole);
            return;
        }

        var symbols = new SymbolChain(bytes, _byteIds);
        var waiting = new PriorityQueue<Candidate, (int Rank, int Position)>();
        for (int i = 0; i + 1 < bytes.Length; i++)
        {
            Propose(symbols, i, waiting);
        }

        while (waiting.TryDequeue(out Candidate candidate, out _))
        {
            int left = candidate.Position, right = symbols.Next(left);
            if (right < 0 || symbols.Id(left) != candidate.Left || symbols.Id(right) != candidate.Right)
            {
                continue; // One of the two has been joined with another neighbour since.
            }

            symbols.Join(left, candidate.Joined);
            Propose(symbols, symbols.Previous(left), waiting);
            Propose(symbols, left, waiting);
        }

        for (int i = bytes.Length == 0 ? -1 : 0; i >= 0; i = symbols.Next(i))
        {
            ids.Add(symbols.Id(i));
        }
    }

    private void Propose(SymbolChain symbols, int left, PriorityQueue<Candidate, (int Rank, int Position)> waiting)
    {
        int right = left < 0 ? -1 : symbols.Next(left);
        if (right >= 0 && _merges.TryGetValue((symbols.Id(left), symbols.Id(right)), out (int Rank, int Id) merge))
        {
            waiting.Enqueue(new Candidate(left, symbols.Id(left), symbols.Id(right), merge.Id), (merge.Rank, left));
        }
    }

    private static void Spell(Span<char> characters, byte[] bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            characters[i] = ByteAlphabet.Character(bytes[i]);
        }
    }

    private readonly record struct Candidate(int Position, int Left, int Right, int Joined);
}
