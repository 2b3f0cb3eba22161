namespace KvCompose.Simulation;

/// <summary>Memory of a device buffer. Once released, every access is an error.</summary>
internal sealed class BufferMemory(int length) : ViewOwner
{
    public PoisonedMemory Memory { get; } = new(length, PoisonedMemory.BufferPattern);

    public void Release() => Watched = true;

    public override void Touch(nint address, int size)
        => throw new ObjectDisposedException("MemoryBuffer", "a view of a disposed device buffer was used");
}
