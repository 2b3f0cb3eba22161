namespace KvCompose.Simulation;

/// <summary>Memory of one thread.</summary>
internal sealed class LocalAllocation(int length) : ViewOwner
{
    public PoisonedMemory Memory { get; } = new(length, PoisonedMemory.GroupPattern);
}
