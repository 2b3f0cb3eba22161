namespace KvCompose.Models.Tokenizers;

/// <summary>How a text becomes tokens.</summary>
public sealed record EncodeOptions
{
    /// <summary>Whether the tokens are put in that the tokenizer's file puts around a text, for instance one for its beginning.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>
    /// Whether the text may spell control tokens. Off, so that what a user writes stays text; a rendered chat template, which
    /// writes control tokens itself, is encoded with this on.
    /// </summary>
    public bool ParseSpecialTokens { get; init; }

    /// <summary>Whether truncation and padding apply where the file has them. Off: they are meant for training.</summary>
    public bool ApplyFileLimits { get; init; }
}
