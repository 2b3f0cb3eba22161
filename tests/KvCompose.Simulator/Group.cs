using KvCompose.Simulation;

namespace ILGPU;

/// <summary>The group of the running thread.</summary>
public static class Group
{
    /// <summary>Index of the thread in its group, first dimension.</summary>
    public static int IdxX => GroupRun.Current.Thread % GroupRun.Current.Launch.GroupDim.X;

    /// <summary>Index of the thread in its group, second dimension.</summary>
    public static int IdxY => GroupRun.Current.Thread / GroupRun.Current.Launch.GroupDim.X % GroupRun.Current.Launch.GroupDim.Y;

    /// <summary>Index of the thread in its group, third dimension.</summary>
    public static int IdxZ
        => GroupRun.Current.Thread / (GroupRun.Current.Launch.GroupDim.X * GroupRun.Current.Launch.GroupDim.Y);

    /// <summary>Threads of a group, first dimension.</summary>
    public static int DimX => GroupRun.Current.Launch.GroupDim.X;

    /// <summary>Threads of a group, second dimension.</summary>
    public static int DimY => GroupRun.Current.Launch.GroupDim.Y;

    /// <summary>Threads of a group, third dimension.</summary>
    public static int DimZ => GroupRun.Current.Launch.GroupDim.Z;

    /// <summary>Index of the thread in its group over all dimensions.</summary>
    public static int LinearIndex => GroupRun.Current.Thread;

    /// <summary>Waits for all threads of the group; only a compiled kernel can call it.</summary>
    /// <exception cref="KernelFaultException">Always: a simulated kernel stops by yielding <see cref="SimulatedStep.Barrier"/>.</exception>
    public static void Barrier() => throw MissingTwin.For("Group.Barrier");
}
