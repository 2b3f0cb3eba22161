namespace KvCompose;

/// <summary>The cache would need more bytes than its limit allows. What is held stays valid.</summary>
/// <param name="limitBytes">The hard limit.</param>
/// <param name="heldBytes">Bytes held when more were asked for.</param>
/// <param name="requestedBytes">Bytes asked for on top.</param>
public sealed class CacheLimitException(long limitBytes, long heldBytes, long requestedBytes)
    : InvalidOperationException(
        $"the KV cache holds {heldBytes} bytes and needs {requestedBytes} more, but its limit is {limitBytes} bytes; "
        + "raise MaxCacheBytes, lower the budget or shorten the prompt")
{
    /// <summary>The hard limit, in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>Bytes held when more were asked for.</summary>
    public long HeldBytes { get; } = heldBytes;

    /// <summary>Bytes asked for on top.</summary>
    public long RequestedBytes { get; } = requestedBytes;
}
