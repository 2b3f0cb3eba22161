using ILGPU.Runtime;
using KvCompose.Simulation;

namespace ILGPU;

/// <summary>Where kernels are compiled and accelerators come from.</summary>
public sealed class Context : IDisposable
{
    private Context()
    {
    }

    /// <summary>Whether the context was given back.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>A context as <paramref name="buildingCallback"/> describes it.</summary>
    public static Context Create(Action<Builder> buildingCallback)
    {
        ArgumentNullException.ThrowIfNull(buildingCallback);
        buildingCallback(new Builder());
        return new Context();
    }

    /// <summary>The only device there is.</summary>
    public Device GetPreferredDevice(bool preferCPU)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new SimulatedDevice();
    }

    /// <summary>Gives the context back.</summary>
    public void Dispose() => IsDisposed = true;

    /// <summary>Describes a context.</summary>
    public sealed class Builder
    {
        internal Builder()
        {
        }

        /// <summary>All devices.</summary>
        public Builder Default() => this;

        /// <summary>How hard the compiler tries; the simulator does not compile.</summary>
        public Builder Optimize(OptimizationLevel level) => this;
    }
}
