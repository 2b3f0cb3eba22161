namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>How a text is to be encoded.</summary>
/// <param name="AddSpecial">Whether the tokens are put in that stand around a text.</param>
/// <param name="ParseSpecial">Whether text may spell control tokens.</param>
/// <param name="ApplyLimits">Whether the file's own truncation and padding apply.</param>
/// <param name="Track">Whether offsets and spellings are wanted.</param>
/// <param name="Spelling">The parts that may spell control tokens where the whole text may not; null for none.</param>
internal readonly record struct EncodeSettings(bool AddSpecial, bool ParseSpecial, bool ApplyLimits, bool Track, SpellingParts? Spelling = null);

/// <summary>All steps between text and ids.</summary>
internal interface ITokenPipeline
{
    int LargestId { get; }

    IEnumerable<AddedToken> AddedTokens { get; }

    /// <summary>Whether decoding only joins the bytes that tokens spell in the byte alphabet.</summary>
    bool IsByteLevel { get; }

    int? IdOf(string token);

    string? Spelling(int id);

    /// <summary>The spelling that takes part in decoding; null for an id that does not.</summary>
    string? Shown(int id, bool skipSpecial);

    List<TextToken> Encode(string text, EncodeSettings settings, CancellationToken cancellation);

    string Decode(IReadOnlyList<int> ids, bool skipSpecial);

    /// <summary>The bytes of a text, of which the tokens may hold any part of a character. Control tokens give none.</summary>
    byte[] DecodeBytes(IReadOnlyList<int> ids);
}
