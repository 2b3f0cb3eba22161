namespace KvCompose;

/// <summary>The host copy of a prompt does not fit into the limit. The sequence is empty afterwards.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="limitBytes">The limit.</param>
/// <param name="heldBytes">Bytes held when more were asked for.</param>
/// <param name="wantedBytes">Bytes asked for.</param>
/// <param name="layer">The layer whose tokens did not fit.</param>
/// <param name="head">Its key-value head.</param>
public sealed class HostMemoryException(string pipeline, long limitBytes, long heldBytes, long wantedBytes, int layer, int head)
    : InvalidOperationException(
        $"pipeline {pipeline} may hold {limitBytes} bytes of host memory and holds {heldBytes}: "
        + $"the prompt of layer {layer}, head {head} takes {wantedBytes} more")
{
    /// <summary>The limit.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>Bytes held when more were asked for.</summary>
    public long HeldBytes { get; } = heldBytes;
}
