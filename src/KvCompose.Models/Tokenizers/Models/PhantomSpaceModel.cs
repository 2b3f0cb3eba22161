using System.Text;

namespace KvCompose.Models.Tokenizers.Models;

/// <summary>
/// WordPiece as llama.cpp keeps it: the start of a word is U+2581, what goes on has no prefix. The longest match at each place;
/// a place without one makes the word unknown.
/// </summary>
internal sealed class PhantomSpaceModel(Vocabulary vocabulary, int unknown) : ITokenModel
{
    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> piece, TokenSink sink, CancellationToken cancellation)
    {
        string word = string.Concat("▁", piece);
        int from = sink.Tokens.Count, bytes = Encoding.UTF8.GetByteCount(piece);
        for (int start = 0; start < word.Length;)
        {
            int end = Math.Min(word.Length, start + vocabulary.LongestToken), id = 0;
            while (end > start && !vocabulary.TryFind(word.AsSpan(start, end - start), out id))
            {
                end--;
            }

            if (end == start)
            {
                sink.Tokens.RemoveRange(from, sink.Tokens.Count - from);
                sink.Add(unknown, 0, bytes);
                return;
            }

            int first = Encoding.UTF8.GetByteCount(word.AsSpan(1, Math.Max(0, start - 1))), last = Encoding.UTF8.GetByteCount(word.AsSpan(1, Math.Max(0, end - 1)));
            sink.Add(id, first, Math.Max(first, last));
            start = end;
        }
    }
}
