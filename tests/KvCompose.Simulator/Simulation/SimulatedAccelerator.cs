using ILGPU;
using ILGPU.Runtime;

namespace KvCompose.Simulation;

/// <summary>The accelerator of the simulator.</summary>
/// <param name="context">The context it belongs to.</param>
/// <param name="options">How launches are run.</param>
public sealed class SimulatedAccelerator(Context context, SimulationOptions options) : Accelerator(context)
{
    /// <summary>How launches are run from now on.</summary>
    public SimulationOptions Options { get; set; } = options;
}
