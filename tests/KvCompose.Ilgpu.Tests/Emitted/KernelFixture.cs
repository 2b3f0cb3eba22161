extern alias simulator;

using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using simulator::KvCompose.Ilgpu;
using simulator::KvCompose.Simulation;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>One simulated device for all tests of a class.</summary>
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

    /// <summary>Runs launches in the ascending order of threads and in the reverse order: a result that changes shows a race.</summary>
    public void InEveryOrder(Action run)
    {
        run();
        var accelerator = (SimulatedAccelerator)Device.Accelerator;
        accelerator.Options = new SimulationOptions(ThreadOrder.Descending, Processors: 2);
        try
        {
            run();
        }
        finally
        {
            accelerator.Options = new SimulationOptions();
        }
    }

    public void Dispose() => Device.Dispose();
}
