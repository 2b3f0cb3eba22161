using System.Text;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Models;

/// <summary>
/// BPE as GGUF files carry it: merges may lead through texts that are no tokens. Such a text, and a symbol without a token, is
/// spelled out in those of its characters that are ASCII and tokens, or in bytes; the rest is dropped.
/// </summary>
internal sealed class GgufBytePairModel : ITokenModel
{
    private const int NoSymbol = -1;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _symbols;
    private readonly List<string> _texts;
    private readonly MergeTable _merges;
    private readonly int[] _bytes;
    private readonly bool _ignoreMerges;
    private readonly bool _dropsFirst;

    /// <param name="vocabulary">The tokens.</param>
    /// <param name="merges">The pairs, best first.</param>
    /// <param name="ignoreMerges">Whether a piece that is a token is taken whole.</param>
    /// <param name="dropsFirst">Whether characters without a token are dropped before merging, as in published files; else they stand between.</param>
    public GgufBytePairModel(Vocabulary vocabulary, IReadOnlyList<(string Left, string Right)> merges, bool ignoreMerges, bool dropsFirst)
    {
        Vocabulary = vocabulary;
        _ignoreMerges = ignoreMerges;
        _dropsFirst = dropsFirst;
        _bytes = vocabulary.ByteTokens();
        _merges = new MergeTable(merges.Count);
        var symbols = new Dictionary<string, int>(vocabulary.Ids, StringComparer.Ordinal);
        _symbols = symbols.GetAlternateLookup<ReadOnlySpan<char>>();
        _texts = [];
        for (int rank = merges.Count - 1; rank >= 0; rank--)
        {
            // The first merge of a pair counts, so later ones are set before it.
            (string left, string right) = merges[rank];
            _merges.Set(Symbol(symbols, left), Symbol(symbols, right), rank, Symbol(symbols, left + right));
        }
    }

    public Vocabulary Vocabulary { get; }

    public void Encode(ReadOnlySpan<char> piece, TokenSink sink, CancellationToken cancellation)
    {
        if (_ignoreMerges && Vocabulary.TryFind(piece, out int whole))
        {
            sink.Add(whole, 0, Encoding.UTF8.GetByteCount(piece));
            return;
        }

        SymbolChain chain = SymbolChain.Rent(piece.Length);
        for (int at = 0; at < piece.Length;)
        {
            int units = CodePoints.Length(piece, at), codePoint = CodePoints.At(piece, at);
            bool known = _symbols.TryGetValue(piece.Slice(at, units), out int id);
            if (known || !_dropsFirst || HasBytes(codePoint))
            {
                // A character of no symbol is kept as a negative number, so that nothing joins over it.
                chain.Add(known ? id : NoSymbol - 1 - codePoint, CodePoints.Utf8Length(codePoint));
            }

            at += units;
        }

        chain.Merge(_merges, cancellation);
        int start = 0;
        for (int i = chain.First; i >= 0; i = chain.Next(i))
        {
            int end = start + chain.Bytes(i);
            Emit(chain.Id(i), start, end, sink);
            start = end;
        }
    }

    private int Symbol(Dictionary<string, int> symbols, string text)
    {
        if (!symbols.TryGetValue(text, out int id))
        {
            id = Vocabulary.LargestId + 1 + _texts.Count;
            symbols.Add(text, id);
            _texts.Add(text);
        }

        return id;
    }

    private bool HasBytes(int codePoint)
    {
        Span<byte> bytes = stackalloc byte[4];
        int count = new Rune(codePoint).EncodeToUtf8(bytes);
        bool all = true;
        foreach (byte value in bytes[..count])
        {
            all &= _bytes[value] >= 0;
        }

        return all;
    }

    private void Emit(int id, int start, int end, TokenSink sink)
    {
        if (id >= 0 && id <= Vocabulary.LargestId)
        {
            sink.Add(id, start, end);
            return;
        }

        string text = id > Vocabulary.LargestId ? _texts[id - Vocabulary.LargestId - 1] : char.ConvertFromUtf32(NoSymbol - 1 - id);
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            int? token = _bytes[value] >= 0 ? _bytes[value] : value < 128 ? Vocabulary.Find(((char)value).ToString()) : null;
            if (token is { } found)
            {
                sink.Add(found, start, end);
            }
        }
    }
}
