namespace KvCompose.Simulation;

/// <summary>What a kernel did that the simulator does not let pass.</summary>
public enum KernelFault
{
    /// <summary>An exception of another kind left the kernel; it is the inner exception.</summary>
    Failed,

    /// <summary>Threads of a warp or group finished, or stopped at another barrier or shuffle than the others.</summary>
    Divergence,

    /// <summary>A view was read or written outside its length.</summary>
    OutOfRange,

    /// <summary>A view was cast to an element whose size does not divide its address or its length.</summary>
    Misaligned,

    /// <summary>Two threads used one element of shared memory without a group barrier between them, and one of them wrote.</summary>
    SharedRace,

    /// <summary>An element of shared memory was read before any thread of the group wrote it.</summary>
    UnwrittenShared,

    /// <summary>A group asked for more shared memory than it may have, or its threads asked for different allocations.</summary>
    SharedAllocation,

    /// <summary>A shuffle without a value put, of another type than the value put, or from a lane that does not exist.</summary>
    BadShuffle,

    /// <summary>A kernel that synchronises was run directly instead of through its simulated twin.</summary>
    MissingTwin,

    /// <summary>A grid or group has an impossible size.</summary>
    BadLaunch,
}
