using System.Runtime.ExceptionServices;
using ILGPU;

namespace KvCompose.Simulation;

/// <summary>One kernel launch: its geometry and how a thread of it is started.</summary>
internal sealed class Launch
{
    private const int LongestGroup = 1024;
    private const int LongestGridYZ = 65535;

    private readonly Func<IEnumerator<SimulatedStep>>? _twin;
    private readonly Action _direct;

    public Launch(string kernel, in KernelConfig config, ThreadOrder order, Func<IEnumerator<SimulatedStep>>? twin, Action direct)
    {
        Kernel = kernel;
        GridDim = config.GridDim;
        GroupDim = config.GroupDim;
        DynamicSharedBytes = config.SharedMemoryConfig.ArraySize;
        Order = order;
        _twin = twin;
        _direct = direct;
        Check();
    }

    public string Kernel { get; }

    public Index3D GridDim { get; }

    public Index3D GroupDim { get; }

    public int DynamicSharedBytes { get; }

    public ThreadOrder Order { get; }

    public bool IsDirect => _twin is null;

    /// <summary>A new thread of the twin, not yet stepped; null if the kernel has no twin.</summary>
    public IEnumerator<SimulatedStep>? Start() => _twin?.Invoke();

    /// <summary>Runs the kernel itself for the current thread.</summary>
    public void RunDirectly() => _direct();

    /// <summary>Runs all groups and returns when the last one is done.</summary>
    public void Run(int processors)
    {
        int groups = GridDim.Size;
        if (processors <= 1 || groups == 1)
        {
            RunRange(0, groups);
            return;
        }

        int parts = Math.Min(processors, groups);
        try
        {
            Parallel.For(0, parts, part => RunRange((int)((long)groups * part / parts), (int)((long)groups * (part + 1) / parts)));
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    private void RunRange(int first, int end)
    {
        var run = new GroupRun(this);
        for (int i = first; i < end; i++)
        {
            int group = Order == ThreadOrder.Ascending ? i : end - 1 - (i - first);
            int plane = GridDim.X * GridDim.Y;
            run.Run(new Index3D(group % GridDim.X, group % plane / GridDim.X, group / plane));
        }
    }

    private void Check()
    {
        bool grid = GridDim.X > 0 && GridDim.Y is > 0 and <= LongestGridYZ && GridDim.Z is > 0 and <= LongestGridYZ
            && GridDim.LongSize <= int.MaxValue;
        bool group = GroupDim.X > 0 && GroupDim.Y > 0 && GroupDim.Z > 0 && GroupDim.LongSize <= LongestGroup;
        if (!grid || !group)
        {
            throw new KernelFaultException(
                KernelFault.BadLaunch,
                $"kernel '{Kernel}': a grid of {GridDim} groups of {GroupDim} threads cannot be launched");
        }
    }
}
