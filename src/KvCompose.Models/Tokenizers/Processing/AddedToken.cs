namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>A token that is found in the text itself, before the model sees it.</summary>
internal sealed record AddedToken(string Content, int Id)
{
    /// <summary>Whether it is a control token: decoding may leave it out, and user text may not spell it.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it takes the white space before it along.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it takes the white space after it along.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether no word character may stand beside it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it is looked for in normalised text.</summary>
    public bool Normalized { get; init; }
}
