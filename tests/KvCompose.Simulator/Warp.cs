using KvCompose.Simulation;

namespace ILGPU;

/// <summary>The warp of the running thread. Shuffles exist only for compiled kernels; see <see cref="SimulatedStep"/>.</summary>
public static class Warp
{
    /// <summary>Lanes of a warp.</summary>
    public static int WarpSize => GroupRun.WarpSize;

    /// <summary>Index of the thread in its warp.</summary>
    public static int LaneIdx => GroupRun.Current.Thread % GroupRun.WarpSize;

    /// <summary>Index of the warp in its group.</summary>
    public static int WarpIdx => GroupRun.Current.Thread / GroupRun.WarpSize;

    /// <summary>The value of lane <paramref name="sourceLane"/>.</summary>
    /// <exception cref="KernelFaultException">Always.</exception>
    public static T Shuffle<T>(T variable, int sourceLane)
        where T : unmanaged
        => throw MissingTwin.For("Warp.Shuffle");

    /// <summary>The value of the lane <paramref name="delta"/> above.</summary>
    /// <exception cref="KernelFaultException">Always.</exception>
    public static T ShuffleDown<T>(T variable, int delta)
        where T : unmanaged
        => throw MissingTwin.For("Warp.ShuffleDown");

    /// <summary>The value of the lane <paramref name="delta"/> below.</summary>
    /// <exception cref="KernelFaultException">Always.</exception>
    public static T ShuffleUp<T>(T variable, int delta)
        where T : unmanaged
        => throw MissingTwin.For("Warp.ShuffleUp");

    /// <summary>The value of the lane whose index differs in the bits of <paramref name="mask"/>.</summary>
    /// <exception cref="KernelFaultException">Always.</exception>
    public static T ShuffleXor<T>(T variable, int mask)
        where T : unmanaged
        => throw MissingTwin.For("Warp.ShuffleXor");

    /// <summary>The value of lane <paramref name="sourceLane"/>, the same for the whole warp.</summary>
    /// <exception cref="KernelFaultException">Always.</exception>
    public static T Broadcast<T>(T value, int sourceLane)
        where T : unmanaged
        => throw MissingTwin.For("Warp.Broadcast");
}
