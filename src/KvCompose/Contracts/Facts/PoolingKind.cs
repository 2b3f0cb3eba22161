namespace KvCompose;

/// <summary>How neighbouring scores are smoothed along the token axis before tokens are chosen. Stride is always 1.</summary>
public enum PoolingKind
{
    /// <summary>Scores are used as they are.</summary>
    None,

    /// <summary>Mean over the kernel with zero padding; the divisor is always the kernel, so the borders are damped.</summary>
    Average,

    /// <summary>Maximum over the kernel; padding never wins.</summary>
    Max,
}
