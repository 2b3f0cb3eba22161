using KvCompose.Threading;

namespace KvCompose.Residency.HostCopies;

/// <summary>Fetched tokens of several heads, written into resident pages by the session's threads.</summary>
/// <param name="context">Has the pages.</param>
internal sealed class HostArrivals(TierContext context)
{
    private readonly List<Arrival> _arrivals = [];

    /// <summary>Forgets what is listed.</summary>
    public void Clear() => _arrivals.Clear();

    /// <summary>Lists all heads of a gather.</summary>
    /// <param name="gather">Has received.</param>
    /// <param name="buffer">The received buffer; nothing is listed where it is negative.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="sequence">The sequence.</param>
    public void Add(HostGather gather, int buffer, int layer, int sequence)
    {
        for (int head = 0; buffer >= 0 && head < gather.Copies.Length; head++)
        {
            _arrivals.Add(new Arrival(gather, buffer, head, layer, sequence));
        }
    }

    /// <summary>Writes what is listed into resident pages and gives the buffers back.</summary>
    public void Scatter()
    {
        if (_arrivals.Count == 0)
        {
            return;
        }

        var scatter = new ScatterWork { Arrivals = this };
        context.Workers.Run(ref scatter, _arrivals.Count);
        foreach (Arrival arrival in _arrivals)
        {
            if (arrival.Head == 0)
            {
                arrival.Gather.Done(arrival.Buffer);
            }
        }
    }

    private void Scatter(Arrival arrival)
        => arrival.Gather.Scatter(arrival.Buffer, arrival.Head, context.Caches[arrival.Sequence], arrival.Layer, context.Pool, context.Writer);

    /// <summary>The tokens of one head. One thread writes its pages: storages may put several elements into one byte.</summary>
    private readonly record struct Arrival(HostGather Gather, int Buffer, int Head, int Layer, int Sequence);

    private struct ScatterWork : IParallelWork
    {
        public HostArrivals Arrivals;

        public readonly void Run(int item, int worker) => Arrivals.Scatter(Arrivals._arrivals[item]);
    }
}
