namespace KvCompose;

/// <summary>
/// What a stage wants to know of attention or of the keys. However many stages of a pipeline ask, one fused pass computes
/// the union, and what nobody asks for is not computed. Probabilities are over all keys that a row sees.
/// </summary>
[System.Flags]
public enum AttentionStatistics
{
    /// <summary>Nothing: no pass over the keys is made.</summary>
    None = 0,

    /// <summary>Per query head and key, the sum of its attention probability over the last w rows of the prompt.</summary>
    WindowSum = 1,

    /// <summary>Per query head and key, the unbiased variance (divisor w − 1) of its probability over the last w rows.</summary>
    WindowVariance = 2,

    /// <summary>Per layer, the entropy −Σ a·ln a of the last w rows over the keys before the window, all heads and rows summed.</summary>
    LayerEntropy = 4,

    /// <summary>Per query head and key, the sum of its probability over all rows of the prompt that see it.</summary>
    AllRowsSum = 8,

    /// <summary>Per key-value head and key, the Euclidean norm of the rotated key.</summary>
    KeyNorm = 16,

    /// <summary>In decode, the probabilities of the current step over all resident keys.</summary>
    DecodeProbabilities = 32,

    /// <summary>
    /// Per key-value head and token, the score of the prompt plus the group-reduced probabilities of all decode steps. Every prompt token is scored
    /// then, the window's too.
    /// </summary>
    CollectedProbabilities = 64,

    /// <summary>Per key, the products q·k of the prompt's last row, not scaled, summed over all query heads: what a restarting propagation chooses by.</summary>
    LastRowProducts = 128,

    /// <summary>Per query head and key, the mean of its probability over all rows of the prompt that see it.</summary>
    AllRowsMean = 256,

    /// <summary>Per key-value head and key, the cosine of the rotated key and the anchor, which is the mean of all keys scaled to length 1.</summary>
    AnchorCosine = 512,

    /// <summary>
    /// Per key-value head and key, its rank within its part of the prompt by how much key and value vary in the scale of the part that follows, from 0 to
    /// below 1; 1 and more for keys of the last part and behind it. An option of role <see cref="OptionRole.Lag"/> says how long a part is.
    /// </summary>
    LagRank = 1024,

    /// <summary>In decode, of the keys that a head holds what the facts ask of the prompt's: <see cref="KeyNorm"/> and <see cref="AnchorCosine"/>.</summary>
    ResidentKeys = 2048,

    /// <summary>Per key-value head and key, the Euclidean norm of its value.</summary>
    ValueNorm = 4096,

    /// <summary>
    /// Per query head and key behind the sinks, the probability that queries of the next positions give it, which are taken for normally distributed with
    /// mean and covariance of the prompt's before rotation. An option of role <see cref="OptionRole.FutureTokens"/> says how many positions.
    /// </summary>
    ExpectedAttention = 8192,

    /// <summary>
    /// Per query head and key, how much the attention outputs of the last w rows would change without it: Σ (p / (1 − p))²·‖v − o‖².
    /// </summary>
    OutputChange = 16_384,

    /// <summary>Per key-value head and key, the sum of absolute elements of what the output projection makes of its value, mean over the group.</summary>
    OutputNorm = 32_768,

    /// <summary>
    /// Per key-value head and key between sinks and window, its leverage among the keys of the head before rotation, from a random sketch of 48 dimensions;
    /// standardised over the layer. An option of role <see cref="OptionRole.Seed"/> seeds the sketch.
    /// </summary>
    Leverage = 65_536,

    /// <summary>
    /// Per key-value head and key between sinks and window, what the queries of its chunk, earlier and later ones, attend to it, times the norm of its value,
    /// averaged with its neighbours; standardised over the layer. An option of role <see cref="OptionRole.Chunk"/> says how long a chunk is.
    /// </summary>
    ChunkAttention = 131_072,
}
