using KvCompose.Simulation;

namespace ILGPU;

/// <summary>Memory that the threads of a group share. It is poisoned, limited and watched.</summary>
public static class SharedMemory
{
    /// <summary>An allocation that all threads of the group see. Its extent is a compile-time constant.</summary>
    /// <exception cref="KernelFaultException">
    /// More than 48 KiB in all, threads that ask for different allocations, or a request after the first barrier or shuffle.
    /// </exception>
    public static unsafe ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
    {
        GroupRun run = GroupRun.Current;
        SharedAllocation allocation = run.AllocateShared(typeof(T), sizeof(T), extent);
        return new ArrayView<T>(allocation, run.Shared.AddressOf(allocation), extent);
    }

    /// <summary>The dynamic memory that the launch requested. Races are looked for in units of 4 bytes.</summary>
    /// <exception cref="KernelFaultException">The launch requested none.</exception>
    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged
    {
        GroupRun run = GroupRun.Current;
        SharedAllocation allocation = run.Shared.Dynamic();
        return new ArrayView<uint>(allocation, run.Shared.AddressOf(allocation), allocation.Length).Cast<T>();
    }
}
