namespace KvCompose;

/// <summary>Why the latest <see cref="KvSession.Decode"/> ended.</summary>
public enum DecodeEnd
{
    /// <summary>It has not ended, or was broken off.</summary>
    None,

    /// <summary>It has returned as many tokens as it was to return.</summary>
    MaxTokens,

    /// <summary>The stop token came.</summary>
    StopToken,

    /// <summary>The sequence has reached the model's context.</summary>
    ContextFull,
}
