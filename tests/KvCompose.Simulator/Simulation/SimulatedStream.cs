using ILGPU.Runtime;

namespace KvCompose.Simulation;

internal sealed class SimulatedStream(Accelerator accelerator) : AcceleratorStream(accelerator)
{
    public override void Synchronize() => ObjectDisposedException.ThrowIf(IsDisposed || Accelerator.IsDisposed, this);
}
