using ILGPU;
using ILGPU.Runtime;

namespace KvCompose.Simulation;

internal sealed class SimulatedDevice : Device
{
    public override Accelerator CreateAccelerator(Context context) => new SimulatedAccelerator(context, new SimulationOptions());
}
