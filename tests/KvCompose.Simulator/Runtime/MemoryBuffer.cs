using KvCompose.Simulation;

namespace ILGPU.Runtime;

/// <summary>Memory of an accelerator. Fresh memory holds a pattern that is NaN.</summary>
public abstract class MemoryBuffer : IDisposable
{
    private const int LongestBuffer = int.MaxValue - 4096;

    internal MemoryBuffer(Accelerator accelerator, long length, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LongestBuffer / elementSize);
        Accelerator = accelerator;
        Length = length;
        ElementSize = elementSize;
        Memory = new BufferMemory((int)(length * elementSize));
        accelerator.Own(this);
    }

    /// <summary>Where the buffer lives.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>Bytes of one element.</summary>
    public int ElementSize { get; }

    /// <summary>Bytes.</summary>
    public long LengthInBytes => Length * ElementSize;

    /// <summary>Address of the first byte; zero once disposed.</summary>
    public IntPtr NativePtr => IsDisposed ? 0 : Memory.Memory.Address;

    /// <summary>Whether the memory was given back.</summary>
    public bool IsDisposed { get; private set; }

    internal BufferMemory Memory { get; }

    /// <summary>Gives the memory back. Views of it throw from now on.</summary>
    public void Dispose()
    {
        if (!IsDisposed)
        {
            IsDisposed = true;
            Memory.Release();
            Accelerator.Disown(this);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Sets every byte, in the order of the stream.</summary>
    public void MemSet(AcceleratorStream stream, byte value, long targetOffsetInBytes, long length)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Memory.Memory.Bytes.Slice(checked((int)targetOffsetInBytes), checked((int)length)).Fill(value);
    }
}
