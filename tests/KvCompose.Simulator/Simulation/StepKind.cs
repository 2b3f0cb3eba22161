namespace KvCompose.Simulation;

internal enum StepKind : byte
{
    Finished,
    Barrier,
    Shuffle,
}
