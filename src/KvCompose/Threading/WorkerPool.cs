using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace KvCompose.Threading;

/// <summary>
/// A fixed set of threads that spin briefly for the next piece of work and then block. One dispatch costs well under a
/// microsecond while they spin, and nothing while they sleep. Work never waits for a thread that has not begun: whoever is
/// awake takes the items.
/// </summary>
public sealed unsafe class WorkerPool : IDisposable
{
    private const int MaxThreads = 1024;
    private const int SpinsBetweenClockReads = 16;
    private const int Closed = int.MaxValue; // As the next item: the generation's fields are not complete yet.
    private static readonly long SpinTicks = Stopwatch.Frequency / 20_000; // 50 µs

    [ThreadStatic]
    private static bool t_inItem;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _asleep;
    private readonly Lock _gate = new();

    // Generation in the upper half, next item in the lower: claiming an item also proves that the work is still that of the
    // generation whose fields the claimer read.
    private long _ticket;
    private delegate*<void*, int, int, void> _invoke;
    private void* _work;
    private int _items;
    private int _finished;
    private Exception? _failure;
    private volatile bool _disposed;

    /// <summary>Starts <paramref name="count"/> − 1 threads; the caller of <see cref="Run{TWork}"/> is the remaining one.</summary>
    /// <param name="count">Threads in all; 0 takes one per physical core that the process may use.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or above 1024; the message says what is expected.</exception>
    public WorkerPool(int count = 0)
    {
        if (count is < 0 or > MaxThreads)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"expected 1 to {MaxThreads} threads, or 0 for one per physical core (here {ProcessorCores.Count})");
        }

        Count = count == 0 ? ProcessorCores.Count : count;
        _threads = new Thread[Count - 1];
        _wake = new SemaphoreSlim[Count];
        _asleep = new int[Count];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _wake[worker] = new SemaphoreSlim(0);
            _threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"KvCompose worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of threads, the caller included.</summary>
    public int Count { get; }

    /// <summary>
    /// Runs items 0 … <paramref name="items"/> − 1 on all threads and returns when every one is done. Calls from several
    /// threads take turns. An exception of an item is thrown here; items that had not begun by then are left out.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    /// <exception cref="InvalidOperationException">Called from inside an item.</exception>
    public void Run<TWork>(ref TWork work, int items)
        where TWork : struct, IParallelWork
    {
        if (t_inItem)
        {
            throw new InvalidOperationException("work of a worker pool must not start further work on a worker pool");
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (items <= 0)
            {
                return;
            }

            if (items == 1 || _threads.Length == 0)
            {
                RunHere(ref work, items);
                return;
            }

#pragma warning disable CS8500 // The struct may hold references: it is pinned, and read only as the type it has.
            fixed (TWork* pointer = &work)
#pragma warning restore CS8500
            {
                Dispatch(&Invoke<TWork>, pointer, items);
            }
        }
    }

    /// <summary>Ends the threads. Waits for work that is under way.</summary>
    /// <exception cref="InvalidOperationException">Called from inside an item.</exception>
    public void Dispose()
    {
        if (t_inItem)
        {
            throw new InvalidOperationException("work of a worker pool must not dispose a worker pool");
        }

        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Publish(null, null, 0);
            Wake(_threads.Length);
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        for (int worker = 1; worker < Count; worker++)
        {
            _wake[worker].Dispose();
        }
    }

    private static void RunHere<TWork>(ref TWork work, int items)
        where TWork : struct, IParallelWork
    {
        t_inItem = true;
        try
        {
            for (int i = 0; i < items; i++)
            {
                work.Run(i, 0);
            }
        }
        finally
        {
            t_inItem = false;
        }
    }

    private static void Invoke<TWork>(void* work, int item, int worker)
        where TWork : struct, IParallelWork
        => Unsafe.AsRef<TWork>(work).Run(item, worker);

    private static int Generation(long ticket) => (int)(ticket >> 32);

    private static int Item(long ticket) => (int)ticket & Closed;

    /// <summary>Begins the next generation.</summary>
    private void Publish(delegate*<void*, int, int, void> invoke, void* work, int items)
    {
        // A late thread of the generation before may still be reading the fields: first its ticket becomes invalid.
        long closed = ((long)(Generation(_ticket) + 1) << 32) | Closed;
        Interlocked.Exchange(ref _ticket, closed);
        _failure = null;
        _invoke = invoke;
        _work = work;
        _items = items;
        _finished = 0;
        Interlocked.Exchange(ref _ticket, closed & ~(long)Closed);
    }

    private void Dispatch(delegate*<void*, int, int, void> invoke, void* work, int items)
    {
        Publish(invoke, work, items);
        Wake(Math.Min(items - 1, _threads.Length));
        TakeItems(0);

        long start = Stopwatch.GetTimestamp();
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _finished) != items)
        {
            if (Stopwatch.GetTimestamp() - start < SpinTicks)
            {
                Thread.SpinWait(4);
            }
            else
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }

        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void Wake(int sleepers)
    {
        for (int worker = 1; worker <= sleepers; worker++)
        {
            if (Volatile.Read(ref _asleep[worker]) == 1 && Interlocked.Exchange(ref _asleep[worker], 0) == 1)
            {
                _wake[worker].Release();
            }
        }
    }

    private void TakeItems(int worker)
    {
        t_inItem = true;
        while (true)
        {
            long ticket = Volatile.Read(ref _ticket);
            delegate*<void*, int, int, void> invoke = _invoke;
            void* work = _work;
            int item = Item(ticket);
            if (item >= _items)
            {
                break;
            }

            if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket)
            {
                continue;
            }

            if (Volatile.Read(ref _failure) is null)
            {
                try
                {
                    invoke(work, item, worker);
                }
                catch (Exception exception)
                {
                    Interlocked.CompareExchange(ref _failure, exception, null);
                }
            }

            Interlocked.Increment(ref _finished);
        }

        t_inItem = false;
    }

    private void Serve(int worker)
    {
        int seen = 0;
        while (true)
        {
            seen = WaitForGeneration(worker, seen);
            if (_disposed)
            {
                return;
            }

            TakeItems(worker);
        }
    }

    private int WaitForGeneration(int worker, int seen)
    {
        int generation;
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int spin = 0; spin < SpinsBetweenClockReads; spin++)
            {
                if (HasBegun(seen, out generation))
                {
                    return generation;
                }

                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetTimestamp() - start < SpinTicks);

        while (!HasBegun(seen, out generation))
        {
            Interlocked.Exchange(ref _asleep[worker], 1);

            // Whoever takes the flag down decides: if the dispatcher did, its release is consumed by the wait.
            bool cameInBetween = HasBegun(seen, out _) && Interlocked.Exchange(ref _asleep[worker], 0) == 1;
            if (!cameInBetween)
            {
                _wake[worker].Wait();
            }
        }

        return generation;
    }

    private bool HasBegun(int seen, out int generation)
    {
        long ticket = Volatile.Read(ref _ticket);
        generation = Generation(ticket);
        return generation != seen && Item(ticket) != Closed;
    }
}
