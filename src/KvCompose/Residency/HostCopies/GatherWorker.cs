using System.Collections.Concurrent;

namespace KvCompose.Residency.HostCopies;

/// <summary>The thread that copies tokens from host memory into staging buffers while decoding goes on.</summary>
internal sealed class GatherWorker : IDisposable
{
    private readonly ConcurrentQueue<(HostGather Gather, int Buffer)> _requests = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly Thread _thread;
    private volatile bool _stopped;

    /// <summary>Starts the thread.</summary>
    public GatherWorker(string pipeline)
    {
        _thread = new Thread(Serve) { IsBackground = true, Name = $"{pipeline} gather" };
        _thread.Start();
    }

    /// <summary>Queues a submitted request.</summary>
    public void Fetch(HostGather gather, int buffer)
    {
        _requests.Enqueue((gather, buffer));
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

            if (_requests.TryDequeue(out (HostGather Gather, int Buffer) request))
            {
                request.Gather.Fill(request.Buffer);
            }
        }
    }
}
