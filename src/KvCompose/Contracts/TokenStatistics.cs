namespace KvCompose;

/// <summary>
/// What is known of one prompt token under one query head when it is scored. Statistics that the stage's facts do not ask
/// for are zero; position and prompt length are always there.
/// </summary>
public readonly struct TokenStatistics
{
    /// <summary>Position of the token in the prompt.</summary>
    public int Position { get; init; }

    /// <summary>Tokens of the prompt, n.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Sum of the token's attention probability over the observed rows.</summary>
    public float WindowSum { get; init; }

    /// <summary>Unbiased variance of the token's attention probability over the observed rows.</summary>
    public float WindowVariance { get; init; }

    /// <summary>Sum of the token's attention probability over all rows that see it.</summary>
    public float AllRowsSum { get; init; }

    /// <summary>Euclidean norm of the token's rotated key.</summary>
    public float KeyNorm { get; init; }

    /// <summary>Mean of the token's attention probability over all rows that see it.</summary>
    public float AllRowsMean { get; init; }

    /// <summary>Cosine of the token's rotated key and the mean direction of all keys.</summary>
    public float AnchorCosine { get; init; }

    /// <summary>Rank of the token within its part of the prompt; see <see cref="AttentionStatistics.LagRank"/>.</summary>
    public float LagRank { get; init; }

    /// <summary>Euclidean norm of the token's value.</summary>
    public float ValueNorm { get; init; }

    /// <summary>Probability that queries of the next positions are expected to give the token.</summary>
    public float ExpectedAttention { get; init; }

    /// <summary>How much the attention outputs of the last rows would change without the token.</summary>
    public float OutputChange { get; init; }

    /// <summary>Sum of absolute elements of what the output projection makes of the token's value.</summary>
    public float OutputNorm { get; init; }

    /// <summary>Leverage of the token's key, standardised over the layer.</summary>
    public float Leverage { get; init; }

    /// <summary>What the queries of the token's chunk attend to it, standardised over the layer.</summary>
    public float ChunkAttention { get; init; }
}
