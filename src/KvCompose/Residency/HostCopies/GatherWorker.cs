namespace KvCompose.Residency.HostCopies;

/// <summary>The thread that copies tokens from host memory into staging buffers while decoding goes on.</summary>
internal sealed class GatherWorker : IDisposable
{
    // A plain object: waiting for it allocates nothing.
    private readonly object _gate = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly Thread _thread;
    private volatile bool _stopped;
    private GatherTicket? _first;
    private GatherTicket? _last;

    /// <summary>Starts the thread.</summary>
    public GatherWorker(string pipeline)
    {
        _thread = new Thread(Serve) { IsBackground = true, Name = $"{pipeline} gather" };
        _thread.Start();
    }

    /// <summary>Queues a buffer whose request was submitted. One that is queued still, for a request that is over, serves the new one.</summary>
    public void Fetch(HostGather gather, GatherTicket ticket)
    {
        lock (_gate)
        {
            if (ticket.Queued)
            {
                return;
            }

            ticket.Gather = gather;
            ticket.Queued = true;
            if (_last is null)
            {
                _first = ticket;
            }
            else
            {
                _last.Next = ticket;
            }

            _last = ticket;
        }

        _available.Release();
    }

    /// <summary>Ends the thread; requests that have not begun are left alone.</summary>
    public void Dispose()
    {
        _stopped = true;
        _available.Release();
        _thread.Join();
        _available.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            _available.Wait();
            if (_stopped)
            {
                return;
            }

            // Out of the queue first: a request that is submitted from now on is queued again, and one before is seen.
            GatherTicket ticket = Dequeue();
            ticket.Gather!.Fill(ticket.Buffer);
        }
    }

    private GatherTicket Dequeue()
    {
        lock (_gate)
        {
            GatherTicket ticket = _first!;
            _first = ticket.Next;
            _last = _first is null ? null : _last;
            ticket.Next = null;
            ticket.Queued = false;
            return ticket;
        }
    }
}
