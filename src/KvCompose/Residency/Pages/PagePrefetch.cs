using System.Runtime.ExceptionServices;
using KvCompose.Memory;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Fetches the pages that the next layer will need on a thread of its own, while the current one computes. Which pages these are is known, not guessed, so
/// results are the same without it. Pages wait in a buffer, in the form of resident pages: tables and resident pages belong to the session's thread.
/// </summary>
/// <remarks>
/// One batch at a time: <see cref="Read"/> and <see cref="Add"/>, <see cref="Begin"/>, then <see cref="Wait"/>, <see cref="Take"/> and
/// <see cref="Forget"/>. What a wait waits for is the copy of a batch, which ends by itself.
/// </remarks>
internal sealed unsafe class PagePrefetch : IDisposable
{
    private readonly PageTransfer _transfer;
    private readonly HostMemory _memory;
    private readonly SemaphoreSlim _begin = new(0);
    private readonly SemaphoreSlim _end = new(0);
    private readonly Thread _thread;
    private readonly List<PageReader> _readers = [];
    private readonly List<Fetch> _fetches = [];
    private NativeFloats? _pages;
    private int _taken;
    private bool _underWay;
    private Exception? _failure;
    private volatile bool _stopped;

    /// <summary>Starts the thread.</summary>
    /// <param name="pipeline">Names the thread.</param>
    /// <param name="transfer">Copies a page.</param>
    /// <param name="memory">Where the buffer is counted; without room in it nothing is fetched ahead.</param>
    public PagePrefetch(string pipeline, PageTransfer transfer, HostMemory memory)
    {
        _transfer = transfer;
        _memory = memory;
        _thread = new Thread(Serve) { IsBackground = true, Name = $"{pipeline} prefetch" };
        _thread.Start();
    }

    /// <summary>Begins reading an index, until <see cref="Forget"/>.</summary>
    public PageReader Read(PageIndex index)
    {
        _readers.Add(index.Read());
        return _readers[^1];
    }

    /// <summary>Lists a page that a head will need.</summary>
    public void Add(in PageReader reader, in PagedHeadRef part, int hostPage)
        => _fetches.Add(new Fetch(reader, part.Sequence, part.Layer, part.Head, part.Paged.Place, hostPage));

    /// <summary>Has what was listed fetched.</summary>
    public void Begin()
    {
        if (_fetches.Count == 0 || !TryReserve())
        {
            Forget();
            return;
        }

        _underWay = true;
        _begin.Release();
    }

    /// <summary>Waits until the batch has arrived; at once where there is none.</summary>
    /// <exception cref="PageFileException">A page comes from a file, which does not hold what was written. The batch is forgotten.</exception>
    public void Wait()
    {
        if (!_underWay)
        {
            return;
        }

        _end.Wait();
        _underWay = false;
        if (_failure is { } failure)
        {
            Forget();
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Where a page has arrived; null where it was not listed. Pages are taken in the order in which they were listed.</summary>
    public byte* Take(in PagedHeadRef part, int hostPage)
    {
        if (_taken == _fetches.Count || !_fetches[_taken].Is(part, hostPage))
        {
            return null;
        }

        return Arrived(_taken++);
    }

    /// <summary>Waits for the batch and drops it, whatever became of it.</summary>
    public void Forget()
    {
        if (_underWay)
        {
            _end.Wait();
            _underWay = false;
        }

        _failure = null;
        _taken = 0;
        _fetches.Clear();
        foreach (PageReader reader in _readers)
        {
            reader.Dispose();
        }

        _readers.Clear();
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        Forget();
        _stopped = true;
        _begin.Release();
        _thread.Join();
        _begin.Dispose();
        _end.Dispose();
        _memory.Give((_pages?.Count ?? 0) * sizeof(float));
        _pages?.Dispose();
    }

    private byte* Arrived(int fetch) => (byte*)_pages!.Pointer + ((nint)fetch * _transfer.PageBytes);

    // Room for as many pages as were listed.
    private bool TryReserve()
    {
        long floats = (long)_fetches.Count * _transfer.PageBytes / sizeof(float), held = _pages?.Count ?? 0;
        if (floats <= held)
        {
            return true;
        }

        if (!_memory.TryTake((floats - held) * sizeof(float)))
        {
            return false;
        }

        _pages?.Dispose();
        _pages = new NativeFloats(floats);
        return true;
    }

    private void Serve()
    {
        while (true)
        {
            _begin.Wait();
            if (_stopped)
            {
                return;
            }

            try
            {
                for (int i = 0; i < _fetches.Count; i++)
                {
                    Fetch fetch = _fetches[i];
                    _transfer.Copy(fetch.Reader, fetch.Place, fetch.HostPage, Arrived(i), _transfer.PrefetchWorker);
                }
            }
            catch (Exception problem)
            {
                _failure = problem;
            }

            _end.Release();
        }
    }

    private readonly record struct Fetch(PageReader Reader, int Sequence, int Layer, int Head, int Place, int HostPage)
    {
        public bool Is(in PagedHeadRef part, int hostPage)
            => part.Sequence == Sequence && part.Layer == Layer && part.Head == Head && hostPage == HostPage;
    }
}
