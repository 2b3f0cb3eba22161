namespace KvCompose.Simulation;

/// <summary>The two halves of a shuffle in a simulated twin; see <see cref="SimulatedStep"/> for the pattern.</summary>
public static class Lane
{
    /// <summary>Shows this lane's value to its warp. At most 16 bytes.</summary>
    public static void Put<T>(T value)
        where T : unmanaged
        => GroupRun.Current.Shuffles.Put(GroupRun.Current.Thread, value);

    /// <summary>The value of the lane whose index differs in the bits of <paramref name="mask"/>.</summary>
    public static T TakeXor<T>(int mask)
        where T : unmanaged
        => GroupRun.Current.TakeFrom<T>(ILGPU.Warp.LaneIdx ^ mask);

    /// <summary>The value of the lane <paramref name="delta"/> above; the own value where there is none.</summary>
    public static T TakeDown<T>(int delta)
        where T : unmanaged
    {
        int source = ILGPU.Warp.LaneIdx + delta;
        return GroupRun.Current.TakeFrom<T>(source < ILGPU.Warp.WarpSize ? source : ILGPU.Warp.LaneIdx);
    }

    /// <summary>The value of the lane <paramref name="delta"/> below; the own value where there is none.</summary>
    public static T TakeUp<T>(int delta)
        where T : unmanaged
    {
        int source = ILGPU.Warp.LaneIdx - delta;
        return GroupRun.Current.TakeFrom<T>(source >= 0 ? source : ILGPU.Warp.LaneIdx);
    }

    /// <summary>The value of lane <paramref name="lane"/>, for shuffles and broadcasts.</summary>
    public static T TakeFrom<T>(int lane)
        where T : unmanaged
        => GroupRun.Current.TakeFrom<T>(lane);
}
