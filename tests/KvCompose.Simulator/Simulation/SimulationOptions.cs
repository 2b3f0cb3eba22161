namespace KvCompose.Simulation;

/// <summary>How the launches of one simulated accelerator are run.</summary>
/// <param name="Order">Order of groups and threads.</param>
/// <param name="Processors">
/// Groups that run at the same time, each on one operating-system thread. With 1 every run is the same; with more, only the
/// order of atomic operations on global memory may differ.
/// </param>
public sealed record SimulationOptions(ThreadOrder Order = ThreadOrder.Ascending, int Processors = 1);
