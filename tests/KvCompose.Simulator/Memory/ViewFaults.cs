namespace KvCompose.Simulation;

/// <summary>What a view says when it is used wrongly, inside a kernel or outside.</summary>
internal static class ViewFaults
{
    public static KernelFaultException OutOfRange<T>(long index, long length)
        => Make(KernelFault.OutOfRange, $"index {index} is outside a view of {length} {typeof(T).Name} elements");

    public static KernelFaultException BadPart<T>(long index, long part, long length)
        => Make(KernelFault.OutOfRange, $"elements {index} to {index + part} are not inside a view of {length} {typeof(T).Name} elements");

    public static KernelFaultException BadCast<T, TOther>(nint excess, int alignment, long bytes)
        => Make(
            KernelFault.Misaligned,
            $"{bytes} bytes of {typeof(T).Name}, {excess} bytes beyond a multiple of {alignment}, cannot be cast to {typeof(TOther).Name}");

    private static KernelFaultException Make(KernelFault fault, string message)
        => GroupRun.CurrentOrNull is { } run
            ? run.Fault(fault, $"thread {run.Thread}: {message}")
            : new KernelFaultException(fault, message);
}
