namespace KvCompose.Residency.HostCopies;

/// <summary>
/// The place of one staging buffer in the queue of a <see cref="GatherWorker"/>. Each buffer has one, so that the queue holds a buffer at most once and never
/// allocates, however far the worker lags behind.
/// </summary>
internal sealed class GatherTicket(int buffer)
{
    public int Buffer { get; } = buffer;

    /// <summary>Whose buffer it is, once it was queued.</summary>
    public HostGather? Gather { get; set; }

    /// <summary>The next of the queue; the worker's.</summary>
    public GatherTicket? Next { get; set; }

    /// <summary>Whether it is in the queue; the worker's.</summary>
    public bool Queued { get; set; }
}
