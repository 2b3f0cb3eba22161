using System.Text;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Models;

/// <summary>The most probable segmentation under a unigram language model (Kudo 2018), by Viterbi from left to right.</summary>
internal sealed class UnigramModel : ITokenModel
{
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly TokenTrie _trie = new();
    private readonly double _unknownScore;
    private readonly int? _unknown;
    private readonly int[]? _bytes;

    /// <param name="vocabulary">The tokens.</param>
    /// <param name="scores">The log-probability of each id; not a number for a token that text never becomes.</param>
    /// <param name="unknown">The token of unknown text.</param>
    /// <param name="lowest">The score that an unknown character is rated 10 below.</param>
    /// <param name="byteFallback">Whether unknown text becomes bytes, where there is a token for each.</param>
    public UnigramModel(Vocabulary vocabulary, double[] scores, int? unknown, double lowest, bool byteFallback)
    {
        Vocabulary = vocabulary;
        _scores = scores;
        _unknown = unknown;
        _bytes = byteFallback ? vocabulary.ByteTokens() : null;
        _unknownScore = lowest - UnknownPenalty;
        foreach ((string token, int id) in vocabulary.Ids)
        {
            if (!double.IsNaN(scores[id]))
            {
                _trie.Add(token, id);
            }
        }
    }

    public Vocabulary Vocabulary { get; }

    public void Encode(ReadOnlySpan<char> piece, TokenSink sink, CancellationToken cancellation)
    {
        var best = new Step[piece.Length + 1];
        best.AsSpan().Fill(new Step(-1, -1, 0));
        best[0] = new Step(0, -1, 0);
        for (int at = 0; at < piece.Length; at += CodePoints.Length(piece, at))
        {
            if ((at & 0xFFF) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            Extend(piece, best, at);
        }

        Emit(piece, best, sink);
    }

    private void Extend(ReadOnlySpan<char> piece, Step[] best, int at)
    {
        double score = best[at].Score;
        int single = at + CodePoints.Length(piece, at), node = TokenTrie.Root;
        bool hasSingle = false;
        for (int end = at; end < piece.Length && (node = _trie.Next(node, piece[end])) >= 0;)
        {
            end++;
            int id = _trie.Token(node);
            if (id >= 0)
            {
                Offer(ref best[end], at, id, score + _scores[id]);
                hasSingle |= end == single;
            }
        }

        if (!hasSingle)
        {
            Offer(ref best[single], at, -1, score + _unknownScore);
        }
    }

    private static void Offer(ref Step step, int start, int id, double score)
    {
        if (step.Start < 0 || score > step.Score)
        {
            step = new Step(start, id, score);
        }
    }

    /// <summary>Walks back; neighbouring unknown parts become one.</summary>
    private void Emit(ReadOnlySpan<char> piece, Step[] best, TokenSink sink)
    {
        var parts = new List<(int Start, int End)>();
        bool unknownBefore = false;
        for (int end = piece.Length; end > 0; end = best[end].Start)
        {
            // The unknown token's own spelling counts as unknown text too.
            bool unknown = best[end].Id < 0 || best[end].Id == _unknown;
            if (unknown && unknownBefore)
            {
                parts[^1] = (best[end].Start, parts[^1].End);
            }
            else
            {
                parts.Add((best[end].Start, end));
            }

            unknownBefore = unknown && _unknown is not null;
        }

        int startByte = 0;
        for (int i = parts.Count - 1; i >= 0; i--)
        {
            ReadOnlySpan<char> text = piece[parts[i].Start..parts[i].End];
            int endByte = startByte + Encoding.UTF8.GetByteCount(text);
            if (Vocabulary.TryFind(text, out int id) && !double.IsNaN(_scores[id]))
            {
                sink.Add(id, startByte, endByte);
            }
            else if (!AddBytes(text, startByte, endByte, sink))
            {
                sink.Add(_unknown ?? throw new UnknownTextException(text.ToString()), startByte, endByte, text.ToString());
            }

            startByte = endByte;
        }
    }

    private bool AddBytes(ReadOnlySpan<char> text, int startByte, int endByte, TokenSink sink)
    {
        if (_bytes is null)
        {
            return false;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToArray());
        if (bytes.Any(value => _bytes[value] < 0))
        {
            return false;
        }

        foreach (byte value in bytes)
        {
            sink.Add(_bytes[value], startByte, endByte);
        }

        return true;
    }

    private readonly record struct Step(int Start, int Id, double Score);
}
