namespace KvCompose.Models.Sampling;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>The model gave one of its end tokens.</summary>
    EndToken,

    /// <summary>The text held a stop string.</summary>
    StopString,

    /// <summary>The most tokens were reached.</summary>
    Length,
}
