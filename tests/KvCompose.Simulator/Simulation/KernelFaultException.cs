namespace KvCompose.Simulation;

/// <summary>A kernel broke a rule of the device. The message names the kernel, the group and the threads.</summary>
public sealed class KernelFaultException : Exception
{
    internal KernelFaultException(KernelFault fault, string message, Exception? inner = null)
        : base(message, inner)
        => Fault = fault;

    /// <summary>The rule that was broken.</summary>
    public KernelFault Fault { get; }
}
