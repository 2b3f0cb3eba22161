namespace ILGPU.Runtime;

/// <summary>Launches and copies that follow each other. The simulator does each of them at once.</summary>
public abstract class AcceleratorStream : IDisposable
{
    internal AcceleratorStream(Accelerator accelerator) => Accelerator = accelerator;

    /// <summary>Where the stream runs.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Whether the stream was given back.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Waits until everything in the stream is done.</summary>
    public abstract void Synchronize();

    /// <summary>Gives the stream back.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        GC.SuppressFinalize(this);
    }
}
