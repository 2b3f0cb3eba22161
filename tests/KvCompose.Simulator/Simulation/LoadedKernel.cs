using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;

namespace KvCompose.Simulation;

/// <summary>A kernel of one accelerator, with its twin if there is one.</summary>
internal sealed class LoadedKernel
{
    private const BindingFlags Anywhere = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly SimulatedAccelerator _accelerator;
    private readonly MethodInfo _method;
    private readonly string _name;

    public LoadedKernel(Accelerator accelerator, Delegate kernel)
    {
        ObjectDisposedException.ThrowIf(accelerator.IsDisposed, accelerator);
        _accelerator = (SimulatedAccelerator)accelerator;
        _method = kernel.Method;
        _name = _method.GetCustomAttribute<KernelNameAttribute>()?.KernelName ?? $"{_method.DeclaringType?.Name}.{_method.Name}";
        if (!_method.IsStatic)
        {
            throw new ArgumentException($"kernel '{_name}' is not a static method", nameof(kernel));
        }
    }

    /// <summary>A delegate of the twin; null if the kernel has none.</summary>
    /// <exception cref="KernelFaultException">A method has the twin's name but not its parameters or its return type.</exception>
    public TDelegate? Twin<TDelegate>()
        where TDelegate : Delegate
    {
        string name = _method.Name + MissingTwin.Suffix;
        MethodInfo? twin = _method.DeclaringType?.GetMethods(Anywhere).SingleOrDefault(candidate => candidate.Name == name);
        if (twin is null)
        {
            return null;
        }

        return (TDelegate?)Delegate.CreateDelegate(typeof(TDelegate), twin, throwOnBindFailure: false)
            ?? throw new KernelFaultException(
                KernelFault.MissingTwin,
                $"{name} is not the twin of kernel '{_name}': it must take the same parameters and return IEnumerator<SimulatedStep>");
    }

    public void Run(AcceleratorStream stream, in KernelConfig config, Func<IEnumerator<SimulatedStep>>? twin, Action direct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ObjectDisposedException.ThrowIf(stream.IsDisposed, stream);
        ObjectDisposedException.ThrowIf(_accelerator.IsDisposed, _accelerator);
        new Launch(_name, config, _accelerator.Options.Order, twin, direct).Run(_accelerator.Options.Processors);
    }
}
