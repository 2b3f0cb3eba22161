namespace KvCompose.Reference.RKv;

/// <summary>Which of its similar keys a key's row forgives.</summary>
public enum RKvDirection
{
    /// <summary>The latest.</summary>
    Last,

    /// <summary>As published: always the key in slot 0.</summary>
    First,

    /// <summary>
    /// As published: the ⌊share·n⌋-th smallest of the similar slots' numbers, where slots that are not similar count as 0.
    /// </summary>
    FirstShare,
}

/// <summary>Settings of R-KV.</summary>
/// <param name="Budget">Keys that stay, the window included.</param>
/// <param name="Window">w, last queries; their keys stay.</param>
/// <param name="Kernel">Odd width of the maximum pooling.</param>
/// <param name="Lambda">λ, weight of importance against redundancy.</param>
/// <param name="SimilarityThreshold">Cosine above which two keys are similar.</param>
/// <param name="Direction">Which similar key is forgiven.</param>
/// <param name="RetainShare">Share of <see cref="RKvDirection.FirstShare"/>.</param>
public sealed record RKvSettings(
    int Budget = 128,
    int Window = 8,
    int Kernel = 7,
    double Lambda = 0.1,
    double SimilarityThreshold = 0.5,
    RKvDirection Direction = RKvDirection.Last,
    double RetainShare = 0.1);
