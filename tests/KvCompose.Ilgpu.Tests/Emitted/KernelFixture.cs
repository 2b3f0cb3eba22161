using ILGPU;
using ILGPU.Runtime;

namespace KvCompose.Ilgpu.Tests.Emitted;

/// <summary>One device for all kernel tests, so that a kernel is compiled once where compiling is real.</summary>
public sealed class KernelFixture : IDisposable
{
    public DeviceContext Device { get; } = DeviceContext.Open();

    /// <summary>A device buffer with these elements.</summary>
    public MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] elements)
        where T : unmanaged
    {
        MemoryBuffer1D<T, Stride1D.Dense> buffer = Device.Allocate<T>(elements.Length);
        buffer.View.BaseView.CopyFromCPU(elements);
        return buffer;
    }

    /// <summary>Runs launches in the order of threads that a device would choose and, on the simulator, in the reverse order too.</summary>
    public void InEveryOrder(Action run)
    {
        run();
#if !ILGPU_PACKAGE
        var accelerator = (KvCompose.Simulation.SimulatedAccelerator)Device.Accelerator;
        accelerator.Options = new KvCompose.Simulation.SimulationOptions(KvCompose.Simulation.ThreadOrder.Descending, Processors: 2);
        try
        {
            run();
        }
        finally
        {
            accelerator.Options = new KvCompose.Simulation.SimulationOptions();
        }
#endif
    }

    public void Dispose() => Device.Dispose();
}
