namespace KvCompose.Simulation;

/// <summary>The order in which the simulator steps the groups of a grid and the threads of a group.</summary>
public enum ThreadOrder
{
    /// <summary>Lowest index first.</summary>
    Ascending,

    /// <summary>Highest index first. A kernel whose result changes with the order has a race.</summary>
    Descending,
}
