namespace KvCompose;

/// <summary>What every session may be opened with; a pipeline's own options derive from it.</summary>
public class SessionOptions
{
    /// <summary>Hard limit of the bytes of cache pages held at once; 0 sets none.</summary>
    public long MaxCacheBytes { get; init; }

    /// <summary>Sequences that are decoded side by side, each with its own length and its own cache.</summary>
    public int Sequences { get; init; } = 1;

    /// <summary>What becomes of a sequence that has reached the model's context.</summary>
    public ContextOverflow Overflow { get; init; }

    /// <summary>Where a stage with a disk tier puts its page file; null for the system's folder for temporary files.</summary>
    public string? PageFolder { get; init; }

    /// <summary>
    /// Whether a session opens although its codes cannot tell the model's keys apart, because biases of these are too large (<see cref="KeyBiasException"/>).
    /// </summary>
    public bool AcceptKeyBiases { get; init; }

    /// <summary>
    /// Whether a pipeline that leaves tokens out of deeper layers opens over a model with layers that hold a fixed state or read another layer's cache.
    /// Their results are then those of a text without these tokens, in which the others have become neighbours (KVC2111).
    /// </summary>
    public bool PropagateOverStates { get; init; }

    /// <summary>The pipeline, its stages and all their options, as text: what a saved cache was made by.</summary>
    public virtual string CacheFingerprint => "";

    /// <summary>Checks the values.</summary>
    /// <exception cref="StageOptionException">A value is out of range.</exception>
    public virtual void Validate()
    {
        StageOptionException.ThrowIfOutside(nameof(SessionOptions), nameof(MaxCacheBytes), MaxCacheBytes, 0, long.MaxValue);
        StageOptionException.ThrowIfOutside(nameof(SessionOptions), nameof(Sequences), Sequences, 1, 4096);
        StageOptionException.ThrowIfUndefined(nameof(SessionOptions), nameof(Overflow), Overflow);
    }
}
