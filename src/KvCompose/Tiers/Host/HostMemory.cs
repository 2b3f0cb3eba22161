namespace KvCompose.Tiers.Host;

/// <summary>Counts the bytes that a tier holds in host memory, up to a limit.</summary>
/// <param name="pipeline">The pipeline's name, for messages.</param>
/// <param name="limitBytes">Most bytes held at once; 0 sets no limit.</param>
internal sealed class HostMemory(string pipeline, long limitBytes)
{
    /// <summary>Bytes held.</summary>
    public long Held { get; private set; }

    /// <summary>Takes bytes if the limit allows it.</summary>
    public bool TryTake(long bytes)
    {
        if (limitBytes > 0 && Held + bytes > limitBytes)
        {
            return false;
        }

        Held += bytes;
        return true;
    }

    /// <summary>Takes bytes for the host copy of a head.</summary>
    /// <exception cref="HostMemoryException">The limit is reached; nothing is taken.</exception>
    public void Take(long bytes, int layer, int head)
    {
        if (!TryTake(bytes))
        {
            throw new HostMemoryException(pipeline, limitBytes, Held, bytes, layer, head);
        }
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes) => Held -= bytes;
}
