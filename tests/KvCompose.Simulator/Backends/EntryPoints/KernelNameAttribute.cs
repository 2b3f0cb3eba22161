namespace ILGPU.Backends.EntryPoints;

/// <summary>The name that profilers and messages show for a kernel.</summary>
/// <param name="kernelName">The name.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelNameAttribute(string kernelName) : Attribute
{
    /// <summary>The name.</summary>
    public string KernelName { get; } = kernelName;
}
