namespace KvCompose;

/// <summary>What is known of one token in the cache after a decode step's attention.</summary>
public readonly struct ResidentToken
{
    /// <summary>Position of the token.</summary>
    public int Position { get; init; }

    /// <summary>Position of the step's token.</summary>
    public int StepPosition { get; init; }

    /// <summary>
    /// Attention probability that the step gave the token, over all tokens that the head holds: of one query head, or reduced over the
    /// group where probabilities are collected.
    /// </summary>
    public float Probability { get; init; }

    /// <summary>
    /// What the token has collected: its score of the prompt and the probabilities of all steps since, this one included. 0 unless the facts
    /// observe <see cref="AttentionStatistics.CollectedProbabilities"/>.
    /// </summary>
    public float Collected { get; init; }

    /// <summary>Euclidean norm of the rotated key. 0 unless the facts observe <see cref="AttentionStatistics.ResidentKeys"/> and the prompt's norms.</summary>
    public float KeyNorm { get; init; }

    /// <summary>
    /// Cosine of the rotated key and the mean direction of the keys that the head holds. 0 unless the facts observe
    /// <see cref="AttentionStatistics.ResidentKeys"/> and the prompt's cosines.
    /// </summary>
    public float AnchorCosine { get; init; }
}
