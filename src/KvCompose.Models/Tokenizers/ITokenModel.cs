namespace KvCompose.Models.Tokenizers;

/// <summary>The part of a tokenizer that knows the vocabulary.</summary>
internal interface ITokenModel
{
    int LargestId { get; }

    /// <summary>Whether a space stands between two tokens of a text.</summary>
    bool SeparatesTokens { get; }

    int? IdOf(string token);

    /// <summary>Adds the tokens of a text that contains no added token.</summary>
    void Encode(string text, List<int> ids);

    /// <summary>What a token spells, as UTF-8; nothing for an id outside the vocabulary.</summary>
    ReadOnlySpan<byte> Bytes(int token);
}
