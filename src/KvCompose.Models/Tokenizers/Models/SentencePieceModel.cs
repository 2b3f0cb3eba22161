using System.Text;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Models;

/// <summary>
/// SentencePiece's BPE: neighbours whose text together is a token are joined, the token of highest score first (Kudo and
/// Richardson 2018). What is no token at the end becomes bytes. A heap, so near linear.
/// </summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="scores">The score of each id.</param>
/// <param name="unknown">The token for a byte without one.</param>
/// <param name="published">
/// Whether equal scores are ordered by id and only tokens are joined, like the merges that published files are given from
/// scores; else equal scores are ordered by place, as in llama.cpp.
/// </param>
internal sealed class SentencePieceModel(Vocabulary vocabulary, float[] scores, int? unknown, bool published) : ITokenModel
{
    private readonly int[] _bytes = vocabulary.ByteTokens();

    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> piece, TokenSink sink, CancellationToken cancellation)
    {
        Symbol[] symbols = Split(piece);
        var waiting = new PriorityQueue<(int Left, int Length), (float Score, int Tie, int Place)>(symbols.Length, Order.Instance);
        for (int i = 0; i + 1 < symbols.Length; i++)
        {
            Propose(piece, symbols, i, waiting);
        }

        int done = 0;
        while (waiting.TryDequeue(out (int Left, int Length) pair, out _))
        {
            if ((++done & 0xFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            ref Symbol left = ref symbols[pair.Left];
            if (left.Length == 0 || left.Next < 0 || left.Length + symbols[left.Next].Length != pair.Length)
            {
                continue; // One of the two has been joined with another neighbour since.
            }

            ref Symbol right = ref symbols[left.Next];
            left.Length = pair.Length;
            right.Length = 0;
            left.Next = right.Next;
            if (left.Next >= 0)
            {
                symbols[left.Next].Previous = pair.Left;
                Propose(piece, symbols, pair.Left, waiting);
            }

            if (left.Previous >= 0)
            {
                Propose(piece, symbols, left.Previous, waiting);
            }
        }

        Emit(piece, symbols, sink);
    }

    private static Symbol[] Split(ReadOnlySpan<char> piece)
    {
        var symbols = new List<Symbol>(piece.Length);
        for (int at = 0; at < piece.Length;)
        {
            int units = CodePoints.Length(piece, at);
            symbols.Add(new Symbol { Start = at, Length = units, Previous = symbols.Count - 1, Next = symbols.Count + 1 });
            at += units;
        }

        Symbol[] all = [.. symbols];
        all[^1].Next = -1;
        return all;
    }

    private void Propose(ReadOnlySpan<char> piece, Symbol[] symbols, int left, PriorityQueue<(int Left, int Length), (float Score, int Tie, int Place)> waiting)
    {
        ref readonly Symbol symbol = ref symbols[left];
        ref readonly Symbol right = ref symbols[symbol.Next];
        int length = symbol.Length + right.Length;
        if (length > vocabulary.LongestToken || !vocabulary.TryFind(piece.Slice(symbol.Start, length), out int id))
        {
            return;
        }

        if (published && !(vocabulary.TryFind(piece.Slice(symbol.Start, symbol.Length), out _) && vocabulary.TryFind(piece.Slice(right.Start, right.Length), out _)))
        {
            return;
        }

        waiting.Enqueue((left, length), (scores[id], published ? id : 0, left));
    }

    private void Emit(ReadOnlySpan<char> piece, Symbol[] symbols, TokenSink sink)
    {
        Span<byte> bytes = stackalloc byte[4];
        int startByte = 0;
        for (int i = 0; i >= 0; i = symbols[i].Next)
        {
            ReadOnlySpan<char> text = piece.Slice(symbols[i].Start, symbols[i].Length);
            int count = Encoding.UTF8.GetByteCount(text);
            if (vocabulary.TryFind(text, out int id))
            {
                sink.Add(id, startByte, startByte + count);
                startByte += count;
                continue;
            }

            // Only a single character is no token.
            Encoding.UTF8.GetBytes(text, bytes);
            foreach (byte value in bytes[..count])
            {
                int token = _bytes[value] >= 0 ? _bytes[value] : unknown ?? throw new UnknownTextException(text.ToString());
                sink.Add(token, startByte, startByte + 1);
                startByte++;
            }
        }
    }

    private struct Symbol
    {
        public int Start;
        public int Length;
        public int Previous;
        public int Next;
    }

    /// <summary>Highest score first, then lowest tie-breaker; equal ones by place.</summary>
    private sealed class Order : IComparer<(float Score, int Tie, int Place)>
    {
        public static readonly Order Instance = new();

        public int Compare((float Score, int Tie, int Place) x, (float Score, int Tie, int Place) y)
        {
            int byScore = y.Score.CompareTo(x.Score);
            return byScore != 0 ? byScore : x.Tie != y.Tie ? x.Tie.CompareTo(y.Tie) : x.Place.CompareTo(y.Place);
        }
    }
}
