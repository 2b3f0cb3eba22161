namespace KvCompose.Ilgpu;

/// <summary>
/// A kernel did not compile. ILGPU's compiler keeps a broken state after that, so the <see cref="DeviceContext"/> loads
/// nothing any more: dispose it and open a new one.
/// </summary>
public sealed class KernelCompilationException : Exception
{
    internal KernelCompilationException(string kernel, string message, Exception inner)
        : base(message, inner)
        => Kernel = kernel;

    /// <summary>The kernel that did not compile, which may not be the one that was asked for now.</summary>
    public string Kernel { get; }
}
