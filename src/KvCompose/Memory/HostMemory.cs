using System.ComponentModel;

namespace KvCompose.Memory;

/// <summary>Counts the bytes of a host tier against its limit. Thread-safe: the heads of a layer share one.</summary>
/// <param name="limitBytes">Bytes that may be held at once; 0 sets no limit.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class HostMemory(long limitBytes = 0)
{
    private readonly long _limit = limitBytes >= 0
        ? limitBytes
        : throw new ArgumentOutOfRangeException(nameof(limitBytes), limitBytes, "a limit is not negative; 0 sets none");

    private long _held;

    /// <summary>Bytes held.</summary>
    public long HeldBytes => Volatile.Read(ref _held);

    /// <summary>Bytes that may be held at once; 0 means no limit.</summary>
    public long LimitBytes => _limit;

    /// <summary>Counts bytes that are about to be allocated.</summary>
    /// <exception cref="HostTierFullException">They do not fit; nothing is counted.</exception>
    internal void Take(long bytes)
    {
        long after = Interlocked.Add(ref _held, bytes);
        if (_limit > 0 && after > _limit)
        {
            Interlocked.Add(ref _held, -bytes);
            throw new HostTierFullException(_limit, after - bytes, bytes);
        }
    }

    /// <summary>Counts bytes that are about to be allocated for a key-value head.</summary>
    /// <exception cref="HostTierFullException">They do not fit; names layer and head. Nothing is counted.</exception>
    internal void Take(long bytes, int layer, int head)
    {
        try
        {
            Take(bytes);
        }
        catch (HostTierFullException full)
        {
            throw full.At(layer, head);
        }
    }

    /// <summary>Counts bytes that are about to be allocated; false, and nothing is counted, where they do not fit.</summary>
    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= _limit || _limit == 0)
        {
            return true;
        }

        Interlocked.Add(ref _held, -bytes);
        return false;
    }

    /// <summary>Counts bytes that were freed.</summary>
    internal void Give(long bytes) => Interlocked.Add(ref _held, -bytes);
}
