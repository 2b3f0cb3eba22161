using System.Diagnostics.CodeAnalysis;
using ILGPU;
using ILGPU.Runtime;

namespace KvCompose.Ilgpu;

/// <summary>
/// One device of ILGPU with its kernels, its buffers and one stream. Thread-safe, except that the order of launches from
/// several threads is theirs.
/// </summary>
public sealed class DeviceContext : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Delegate> _kernels = [];
    private readonly HashSet<IDisposable> _owned = [];
    private readonly Context _context;
    private KernelCompilationException? _failure;
    private bool _disposed;

    private DeviceContext(Context context, Accelerator accelerator)
    {
        _context = context;
        Accelerator = accelerator;
        Stream = accelerator.CreateStream();
    }

    /// <summary>The device.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The stream of every launch and copy of this context, which therefore follow each other.</summary>
    public AcceleratorStream Stream { get; }

    /// <summary>Name of the device.</summary>
    public string Name => Accelerator.Name;

    /// <summary>Opens the first CUDA device, or the processor where there is none or where it is preferred.</summary>
    public static DeviceContext Open(bool preferProcessor = false)
    {
        Context context = DeviceBackend.CreateContext();
        try
        {
            return new DeviceContext(context, DeviceBackend.CreateAccelerator(context, preferProcessor));
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The launcher of a kernel, compiled on first use and kept. Emitted code passes
    /// <c>static accelerator => accelerator.LoadKernel&lt;…&gt;(Kernels.Name)</c>.
    /// </summary>
    /// <param name="name">Name of the kernel, unique in the context.</param>
    /// <param name="load">Loads it.</param>
    /// <exception cref="KernelCompilationException">This kernel does not compile, or an earlier one did not.</exception>
    /// <exception cref="InvalidOperationException">The name was used for a kernel with other parameters.</exception>
    public TLauncher Load<TLauncher>(string name, Func<Accelerator, TLauncher> load)
        where TLauncher : Delegate
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(load);
        lock (_gate)
        {
            ThrowIfUnusable();
            if (!_kernels.TryGetValue(name, out Delegate? known))
            {
                known = Compile(name, load);
                _kernels.Add(name, known);
            }

            return known as TLauncher
                ?? throw new InvalidOperationException($"kernel '{name}' was loaded as {known.GetType()}, not as {typeof(TLauncher)}");
        }
    }

    /// <summary>Allocates a dense buffer, not cleared. Disposed with the context, if not before.</summary>
    /// <param name="length">Elements.</param>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(long length)
        where T : unmanaged
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            MemoryBuffer1D<T, Stride1D.Dense> buffer = Accelerator.Allocate1D<T>(length);
            _owned.Add(buffer);
            return buffer;
        }
    }

    /// <summary>Disposes a buffer of <see cref="Allocate{T}"/> once everything that was launched is done with it.</summary>
    public void Free(MemoryBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        lock (_gate)
        {
            if (_owned.Remove(buffer))
            {
                Stream.Synchronize();
                buffer.Dispose();
            }
        }
    }

    /// <summary>Waits until everything that was launched is done.</summary>
    /// <param name="cancellation">Ends the wait, not the work: buffers stay in use until a later wait returns.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public void Synchronize(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellation.ThrowIfCancellationRequested();
        if (!cancellation.CanBeCanceled)
        {
            Stream.Synchronize();
            return;
        }

        Task.Run(Stream.Synchronize, CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Waits for the stream, then gives back buffers, stream, device and context, in this order.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Stream.Synchronize();
            foreach (IDisposable buffer in _owned)
            {
                buffer.Dispose();
            }

            Stream.Dispose();
            Accelerator.Dispose();
            _context.Dispose();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "ILGPU reports what it cannot compile by many exception types.")]
    private TLauncher Compile<TLauncher>(string name, Func<Accelerator, TLauncher> load)
        where TLauncher : Delegate
    {
        try
        {
            return load(Accelerator);
        }
        catch (Exception exception)
        {
            _failure = new KernelCompilationException(name, $"kernel '{name}' does not compile for {Name}: {exception.Message}", exception);
            throw _failure;
        }
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is { } failure)
        {
            throw new KernelCompilationException(
                failure.Kernel,
                $"this device context is unusable since kernel '{failure.Kernel}' did not compile; open a new one",
                failure);
        }
    }
}
