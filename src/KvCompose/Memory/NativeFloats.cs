using System.ComponentModel;
using System.Runtime.InteropServices;

namespace KvCompose.Memory;

/// <summary>A block of floats outside the garbage collector's heap, aligned to 64 bytes and zeroed.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class NativeFloats : IDisposable
{
    private const nuint Alignment = 64;
    private float* _pointer;

    /// <summary>Allocates <paramref name="count"/> floats.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">The memory is not there.</exception>
    public NativeFloats(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
        nuint bytes = checked((nuint)Math.Max(count, 1) * sizeof(float));
        _pointer = (float*)NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(_pointer, bytes);
    }

    /// <summary>Gives memory back that nobody disposed.</summary>
    ~NativeFloats() => Free();

    /// <summary>Number of floats.</summary>
    public long Count { get; }

    /// <summary>The first float. Valid until the block is disposed; whoever keeps it keeps this object alive as well.</summary>
    /// <exception cref="ObjectDisposedException">The block was disposed.</exception>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    /// <summary>Returns <paramref name="block"/> if it holds at least <paramref name="count"/> floats, else a new block in its place.</summary>
    public static NativeFloats AtLeast(NativeFloats? block, long count)
    {
        if (block is not null && block.Count >= count)
        {
            return block;
        }

        block?.Dispose();
        return new NativeFloats(count);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}
