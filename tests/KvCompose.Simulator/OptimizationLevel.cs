namespace ILGPU;

/// <summary>How hard a kernel compiler tries.</summary>
public enum OptimizationLevel
{
    /// <summary>What is required.</summary>
    O0,

    /// <summary>The default.</summary>
    O1,

    /// <summary>Everything.</summary>
    O2,
}
