namespace KvCompose;

/// <summary>The host pages of a retrieval would need more bytes than their limit allows. What is held stays valid.</summary>
public sealed class HostTierFullException : InvalidOperationException
{
    private readonly long _requestedBytes;

    /// <summary>Bytes that do not fit, without a known place in the model.</summary>
    /// <param name="limitBytes">The limit.</param>
    /// <param name="heldBytes">Bytes held when more were asked for.</param>
    /// <param name="requestedBytes">Bytes asked for on top.</param>
    public HostTierFullException(long limitBytes, long heldBytes, long requestedBytes)
        : this("", limitBytes, heldBytes, requestedBytes)
    {
    }

    private HostTierFullException(string where, long limitBytes, long heldBytes, long requestedBytes)
        : base($"{where}the host tier holds {heldBytes} bytes and needs {requestedBytes} more, but its limit is {limitBytes} bytes; "
            + "raise the limit, store host pages in fewer bits or shorten the prompt")
    {
        LimitBytes = limitBytes;
        HeldBytes = heldBytes;
        _requestedBytes = requestedBytes;
    }

    /// <summary>The limit, in bytes.</summary>
    public long LimitBytes { get; }

    /// <summary>Bytes held when more were asked for.</summary>
    public long HeldBytes { get; }

    /// <summary>The same failure, of a head that is known.</summary>
    internal HostTierFullException At(int layer, int head) => new($"layer {layer}, key-value head {head}: ", LimitBytes, HeldBytes, _requestedBytes);
}
