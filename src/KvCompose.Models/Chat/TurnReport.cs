using KvCompose.Models.Sampling;

namespace KvCompose.Models.Chat;

/// <summary>What a turn of a conversation took.</summary>
public sealed record TurnReport
{
    /// <summary>Tokens of the prompt, those of earlier turns included.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens of the prompt that the cache held already, so that they were not computed again.</summary>
    public required int ReusedTokens { get; init; }

    /// <summary>Tokens of the answer, the one that ended it not counted.</summary>
    public int AnswerTokens { get; init; }

    /// <summary>Why the answer ended; <see cref="FinishReason.None"/> if it was broken off.</summary>
    public FinishReason Finish { get; init; }

    /// <summary>From the question to the logits of the first token.</summary>
    public required TimeSpan PrefillTime { get; init; }

    /// <summary>From there to the end of the answer.</summary>
    public TimeSpan DecodeTime { get; init; }

    /// <summary>Tokens of the answer in a second, the first not counted; 0 for fewer than two.</summary>
    public double TokensPerSecond => AnswerTokens < 2 || DecodeTime <= TimeSpan.Zero ? 0 : (AnswerTokens - 1) / DecodeTime.TotalSeconds;
}
