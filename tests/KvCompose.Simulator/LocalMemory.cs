using KvCompose.Simulation;

namespace ILGPU;

/// <summary>Memory of one thread.</summary>
public static class LocalMemory
{
    /// <summary>A poisoned allocation of the running thread. Its extent is a compile-time constant.</summary>
    public static unsafe ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
    {
        var allocation = new LocalAllocation(extent * sizeof(T));
        return new ArrayView<T>(allocation, allocation.Memory.Address, extent);
    }
}
