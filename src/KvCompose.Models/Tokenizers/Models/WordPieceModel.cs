using System.Text;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Models;

/// <summary>WordPiece: the longest token that begins a word, then the longest that goes on, with a prefix (Wu et al. 2016).</summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="unknown">The token of a word that cannot be put together.</param>
/// <param name="prefix">What begins the tokens inside a word.</param>
/// <param name="maxCharacters">Longer words, in code points, are unknown.</param>
internal sealed class WordPieceModel(Vocabulary vocabulary, int? unknown, string prefix, int maxCharacters) : ITokenModel
{
    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> piece, TokenSink sink, CancellationToken cancellation)
    {
        int bytes = Encoding.UTF8.GetByteCount(piece), from = sink.Tokens.Count;
        if (CodePoints.Count(piece) <= maxCharacters && Parts(piece, sink))
        {
            return;
        }

        sink.Tokens.RemoveRange(from, sink.Tokens.Count - from);
        sink.Add(unknown ?? throw new UnknownTextException(piece.ToString()), 0, bytes);
    }

    private bool Parts(ReadOnlySpan<char> word, TokenSink sink)
    {
        var candidate = new char[prefix.Length + word.Length];
        prefix.CopyTo(candidate);
        word.CopyTo(candidate.AsSpan(prefix.Length));
        int start = 0, startByte = 0;
        while (start < word.Length)
        {
            if (start > 0)
            {
                prefix.CopyTo(candidate.AsSpan(start));
            }

            int skipped = start == 0 ? prefix.Length : 0;
            int end = Math.Min(word.Length, start + vocabulary.LongestToken), id = 0;
            while (end > start && !vocabulary.TryFind(candidate.AsSpan(start + skipped, end - start + prefix.Length - skipped), out id))
            {
                end -= CodePoints.LengthBefore(word, end);
            }

            if (end <= start)
            {
                return false;
            }

            int bytes = Encoding.UTF8.GetByteCount(word[start..end]);
            sink.Add(id, startByte, startByte + bytes);
            startByte += bytes;
            start = end;
        }

        return true;
    }
}
