using KvCompose.Simulation;

namespace ILGPU.Runtime;

/// <summary>A device that runs kernels and owns memory.</summary>
public abstract class Accelerator : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<MemoryBuffer> _buffers = [];

    internal Accelerator(Context context)
    {
        Context = context;
        DefaultStream = new SimulatedStream(this);
    }

    /// <summary>The context it was made from.</summary>
    public Context Context { get; }

    /// <summary>The stream of launches that name none.</summary>
    public AcceleratorStream DefaultStream { get; }

    /// <summary>Kind of device.</summary>
    public AcceleratorType AcceleratorType => AcceleratorType.CPU;

    /// <summary>Name to show to people.</summary>
    public string Name => "KvCompose simulator";

    /// <summary>Lanes of a warp.</summary>
    public int WarpSize => GroupRun.WarpSize;

    /// <summary>Most threads of a group.</summary>
    public int MaxNumThreadsPerGroup => 1024;

    /// <summary>Most bytes of shared memory of a group.</summary>
    public int MaxSharedMemoryPerGroup => SharedArena.Limit;

    /// <summary>Whether the device was given back.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Buffers that are not disposed yet.</summary>
    internal int LiveBuffers => _buffers.Count;

    /// <summary>Allocates a dense buffer. Its memory is not cleared.</summary>
    /// <param name="length">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or too long for the simulator.</exception>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new MemoryBuffer1D<T, Stride1D.Dense>(this, length);
    }

    /// <summary>A new stream.</summary>
    public AcceleratorStream CreateStream()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return new SimulatedStream(this);
    }

    /// <summary>Waits until every stream is done.</summary>
    public void Synchronize() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    /// <summary>Gives the device and all memory that is left on it back.</summary>
    public void Dispose()
    {
        MemoryBuffer[] left;
        lock (_gate)
        {
            IsDisposed = true;
            left = [.. _buffers];
        }

        foreach (MemoryBuffer buffer in left)
        {
            buffer.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    internal void Own(MemoryBuffer buffer)
    {
        lock (_gate)
        {
            _buffers.Add(buffer);
        }
    }

    internal void Disown(MemoryBuffer buffer)
    {
        lock (_gate)
        {
            _buffers.Remove(buffer);
        }
    }
}
