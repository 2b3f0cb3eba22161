using System.Text;

namespace KvCompose.Models.Tokenizers.Models;

/// <summary>A token is a piece.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, int? unknown) : ITokenModel
{
    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> piece, TokenSink sink, CancellationToken cancellation)
    {
        int id = vocabulary.TryFind(piece, out int known) ? known : unknown ?? throw new UnknownTextException(piece.ToString());
        sink.Add(id, 0, Encoding.UTF8.GetByteCount(piece));
    }
}
