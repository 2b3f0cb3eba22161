namespace KvCompose.Models.Tokenizers.Models;

/// <summary>The part of a tokenizer that knows the vocabulary.</summary>
internal interface ITokenModel
{
    Vocabulary Vocabulary { get; }

    /// <summary>Adds the tokens of a piece that is not empty.</summary>
    /// <exception cref="UnknownTextException">The vocabulary has neither a token for some text, nor one for unknown text.</exception>
    void Encode(ReadOnlySpan<char> piece, TokenSink sink, CancellationToken cancellation);
}

/// <summary>Text that a vocabulary cannot express.</summary>
internal sealed class UnknownTextException(string text) : Exception($"'{text}' has no token, and the vocabulary has none for unknown text");
