using System.Text;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Models;

/// <summary>BPE (Sennrich et al. 2016): characters of a piece are joined pair by pair, the pair learned first at first.</summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="merges">Rank and result of each pair, see <see cref="MergeTable"/>.</param>
/// <param name="options">What else it does.</param>
internal sealed class BytePairModel(Vocabulary vocabulary, MergeTable merges, BytePairOptions options) : ITokenModel
{
    private readonly int[] _bytes = vocabulary.ByteTokens();
    private readonly int[] _latin = FindLatin(vocabulary);
    private readonly bool _decorated = options.ContinuingPrefix.Length + options.EndSuffix.Length > 0;

    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> piece, TokenSink sink, CancellationToken cancellation)
    {
        if (options.IgnoreMerges && vocabulary.TryFind(piece, out int whole))
        {
            sink.Add(whole, 0, Encoding.UTF8.GetByteCount(piece));
            return;
        }

        SymbolChain symbols = SymbolChain.Rent(piece.Length);
        Fill(piece, symbols);
        symbols.Merge(merges, cancellation);
        int start = 0;
        for (int i = symbols.First; i >= 0; i = symbols.Next(i))
        {
            int end = start + symbols.Bytes(i);
            sink.Add(symbols.Id(i), start, end);
            start = end;
        }
    }

    private void Fill(ReadOnlySpan<char> piece, SymbolChain symbols)
    {
        int pending = 0; // UTF-8 bytes of unknown symbols that have not been added yet.
        for (int at = 0; at < piece.Length;)
        {
            int units = CodePoints.Length(piece, at), codePoint = CodePoints.At(piece, at);
            int id = _decorated ? FindDecorated(piece, at, units) : codePoint < _latin.Length ? _latin[codePoint] : vocabulary.TryFind(piece.Slice(at, units), out int found) ? found : -1;
            at += units;
            if (id >= 0)
            {
                AddPending(symbols, ref pending);
                symbols.Add(id, CodePoints.Utf8Length(codePoint));
                continue;
            }

            if (options.ByteFallback && AddBytes(piece.Slice(at - units, units), at == units, at == piece.Length, symbols))
            {
                continue; // Unknown symbols before them stay pending, as in the published library.
            }

            if (options.RefusesUnknown)
            {
                throw new UnknownTextException(piece.Slice(at - units, units).ToString());
            }

            if (options.Unknown is not null)
            {
                if (!options.FuseUnknown)
                {
                    AddPending(symbols, ref pending);
                }

                pending += CodePoints.Utf8Length(codePoint);
            }
        }

        AddPending(symbols, ref pending);
    }

    private void AddPending(SymbolChain symbols, ref int pending)
    {
        if (pending > 0)
        {
            symbols.Add(options.Unknown!.Value, pending);
            pending = 0;
        }
    }

    private int FindDecorated(ReadOnlySpan<char> piece, int at, int units)
        => vocabulary.Find(Decorated(piece.Slice(at, units), at == 0, at + units == piece.Length)) ?? -1;

    private string Decorated(ReadOnlySpan<char> symbol, bool first, bool last)
        => string.Concat(first ? "" : options.ContinuingPrefix, symbol, last ? options.EndSuffix : "");

    private bool AddBytes(ReadOnlySpan<char> symbol, bool first, bool last, SymbolChain symbols)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Decorated(symbol, first, last));
        foreach (byte value in bytes)
        {
            if (_bytes[value] < 0)
            {
                return false;
            }
        }

        foreach (byte value in bytes)
        {
            symbols.Add(_bytes[value], 1);
        }

        return true;
    }

    private static int[] FindLatin(Vocabulary vocabulary)
    {
        var ids = new int[512];
        for (int c = 0; c < ids.Length; c++)
        {
            ids[c] = vocabulary.Find(((char)c).ToString()) ?? -1;
        }

        return ids;
    }
}
