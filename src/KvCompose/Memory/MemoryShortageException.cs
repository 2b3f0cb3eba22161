namespace KvCompose;

/// <summary>A prompt, a chunk or a model needs more memory than the process may use. Nothing was allocated for it, and what is held stays valid.</summary>
public sealed class MemoryShortageException : InvalidOperationException
{
    /// <summary>Reports a shortage.</summary>
    /// <param name="arithmetic">How the bytes come about.</param>
    /// <param name="neededBytes">Bytes that are needed at least.</param>
    /// <param name="availableBytes">Bytes that the process may use.</param>
    public MemoryShortageException(string arithmetic, long neededBytes, long availableBytes)
        : base($"{arithmetic}; the process may use {availableBytes} bytes")
    {
        NeededBytes = neededBytes;
        AvailableBytes = availableBytes;
    }

    /// <summary>Bytes that are needed at least.</summary>
    public long NeededBytes { get; }

    /// <summary>Bytes of memory that the process may use: the machine's, or the limit that is set for it.</summary>
    public long AvailableBytes { get; }
}
