using KvCompose.Memory;

namespace KvCompose.Residency.HostCopies;

/// <summary>
/// What a tier that keeps host copies works with: counted host memory, the worker that gathers tokens, tokens that have arrived, counters, and
/// working memory for every thread of the session.
/// </summary>
internal sealed class HostCopyStore : IDisposable
{
    private readonly MonitorScratch[] _scratch;

    /// <summary>Starts the worker.</summary>
    /// <param name="context">What the tier is opened with.</param>
    /// <param name="limitBytes">Bytes of host memory that may be held; 0 sets no limit.</param>
    public HostCopyStore(in TierContext context, long limitBytes)
    {
        Memory = new HostMemory(limitBytes);
        Arrivals = new HostArrivals(context);
        _scratch = [.. Enumerable.Range(0, context.Workers.Count).Select(static _ => new MonitorScratch())];
        Worker = new GatherWorker(context.Pipeline);
    }

    /// <summary>Counts the bytes of host copies and staging buffers.</summary>
    public HostMemory Memory { get; }

    /// <summary>Copies tokens from host memory into staging buffers.</summary>
    public GatherWorker Worker { get; }

    /// <summary>Tokens that have arrived and are not resident yet.</summary>
    public HostArrivals Arrivals { get; }

    /// <summary>Requests, failures and tokens since the session was opened.</summary>
    public TierCounters Counters { get; } = new();

    /// <summary>What the tier holds and has moved.</summary>
    public TierUsage Usage => new(Memory.HeldBytes, 0, Counters.Triggers, Counters.Tokens, Counters.Bytes)
    {
        Failures = Counters.Failures,
        LastFailure = Counters.LastFailure,
    };

    /// <summary>Working memory of a thread.</summary>
    public MonitorScratch Scratch(int worker) => _scratch[worker];

    /// <summary>Makes room in the working memory of every thread.</summary>
    /// <param name="splitFloats">Floats for the factors of KV splits.</param>
    /// <param name="tokens">Tokens of the longest prompt.</param>
    public void ReserveScratch(int splitFloats, int tokens)
    {
        foreach (MonitorScratch scratch in _scratch)
        {
            scratch.Reserve(splitFloats, tokens);
        }
    }

    /// <summary>Copies the prompt of a head to host memory.</summary>
    /// <exception cref="HostTierFullException">The copy does not fit into the limit.</exception>
    public HostKvCopy Copy(in PlacementContext context)
    {
        long bytes = HostPrompt.BytesOf(context.Positions.Length, context.HeadDim);
        Memory.Take(bytes, context.Layer, context.Head);
        return new HostKvCopy(
            context.Head, new ResidentSlots(context.Positions.Length, context.Rows), new HostPrompt(in context), Memory, bytes);
    }

    /// <summary>Ends the worker, also in the middle of a copy. The owner has disposed of its gathers before.</summary>
    public void Dispose()
    {
        Worker.Dispose();
        Array.ForEach(_scratch, static scratch => scratch.Dispose());
    }
}
