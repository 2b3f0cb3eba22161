extern alias simulator;

using System.Reflection;
using simulator::ILGPU;
using simulator::ILGPU.Runtime;
using simulator::KvCompose.Ilgpu;

namespace KvCompose.Combinations.Devices;

/// <summary>
/// Calls the launches of a pipeline that was compiled in memory. Arguments go by the names of the parameters; a statistic that one launch leaves to
/// another is allocated where its name comes up first.
/// </summary>
/// <param name="kernels">The class <c>SimulatedKernels</c> of the pipeline.</param>
/// <param name="device">Where.</param>
/// <param name="statisticFloats">Floats of a statistic: a row for every query head.</param>
internal sealed class KernelCalls(Type kernels, DeviceContext device, int statisticFloats) : IDisposable
{
    private const BindingFlags Launches = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly Dictionary<string, object> _arguments = new() { ["device"] = device };
    private readonly List<IDisposable> _buffers = [];

    /// <summary>Sets an argument.</summary>
    public object this[string name]
    {
        set => _arguments[name] = value;
    }

    /// <summary>Whether the pipeline has a launch.</summary>
    public bool Has(string launch) => kernels.GetMethod(launch, Launches) is not null;

    /// <summary>Whether a launch that is there has a parameter.</summary>
    public bool Takes(string launch, string parameter)
        => kernels.GetMethod(launch, Launches)!.GetParameters().Any(taken => taken.Name == parameter);

    /// <summary>Calls a launch that is there.</summary>
    public object? Call(string launch)
    {
        MethodInfo method = kernels.GetMethod(launch, Launches)!;
        return method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [.. method.GetParameters().Select(Argument)], null);
    }

    /// <summary>A device buffer with these elements, as an argument.</summary>
    public void Upload<T>(string name, T[] elements)
        where T : unmanaged
    {
        MemoryBuffer1D<T, Stride1D.Dense> buffer = Allocate<T>(name, elements.Length);
        buffer.View.BaseView.CopyFromCPU(elements);
    }

    /// <summary>A device buffer of so many elements, as an argument.</summary>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(string name, long elements)
        where T : unmanaged
    {
        MemoryBuffer1D<T, Stride1D.Dense> buffer = device.Allocate<T>(Math.Max(1, elements));
        _buffers.Add(buffer);
        _arguments[name] = (ArrayView<T>)buffer.View;
        return buffer;
    }

    public void Dispose() => _buffers.ForEach(static buffer => buffer.Dispose());

    private object Argument(ParameterInfo parameter)
    {
        if (!_arguments.ContainsKey(parameter.Name!) && parameter.ParameterType == typeof(ArrayView<float>))
        {
            Allocate<float>(parameter.Name!, statisticFloats);
        }

        return _arguments.TryGetValue(parameter.Name!, out object? argument)
            ? argument
            : throw new InvalidOperationException($"nobody says what '{parameter.Name}' of {parameter.Member.Name} is");
    }
}
