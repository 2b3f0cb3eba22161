namespace KvCompose.Retrieval;

/// <summary>The host tier would need more bytes than its limit allows. What it holds stays valid.</summary>
/// <param name="limitBytes">The limit.</param>
/// <param name="heldBytes">Bytes held when more were asked for.</param>
/// <param name="requestedBytes">Bytes asked for on top.</param>
public sealed class HostMemoryException(long limitBytes, long heldBytes, long requestedBytes)
    : InvalidOperationException(
        $"the host tier holds {heldBytes} bytes and needs {requestedBytes} more, but its limit is {limitBytes} bytes; "
        + "raise the limit, store host pages in fewer bits or shorten the prompt")
{
    /// <summary>The limit, in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>Bytes held when more were asked for.</summary>
    public long HeldBytes { get; } = heldBytes;

    /// <summary>Bytes asked for on top.</summary>
    public long RequestedBytes { get; } = requestedBytes;
}
