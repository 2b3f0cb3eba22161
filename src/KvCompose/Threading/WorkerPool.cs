using System.Runtime.CompilerServices;

namespace KvCompose.Threading;

/// <summary>
/// A fixed set of threads that spin briefly for the next piece of work and then block. One dispatch costs well under a
/// microsecond while they spin, and nothing while they sleep.
/// </summary>
public sealed unsafe class WorkerPool : IDisposable
{
    private const int SpinsBeforeBlocking = 2_000;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _asleep;
    private readonly Lock _gate = new();
    private delegate*<void*, int, int, void> _invoke;
    private void* _work;
    private int _items;
    private int _next;
    private int _running;
    private int _generation;
    private volatile Exception? _failure;
    private volatile bool _disposed;

    /// <summary>Starts <paramref name="count"/> − 1 threads; the caller of <see cref="Run{TWork}"/> is the remaining one.</summary>
    /// <param name="count">Threads in all; 0 takes one per processor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or above 1024.</exception>
    public WorkerPool(int count = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1024);
        Count = count == 0 ? Environment.ProcessorCount : count;
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
    /// threads take turns. Must not be called from inside an item.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public void Run<TWork>(ref TWork work, int items)
        where TWork : struct, IParallelWork
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (items <= 0)
        {
            return;
        }

        if (items == 1 || _threads.Length == 0)
        {
            for (int i = 0; i < items; i++)
            {
                work.Run(i, 0);
            }

            return;
        }

        lock (_gate)
        {
#pragma warning disable CS8500 // The struct may hold references: it is pinned, and read only as the type it has.
            fixed (TWork* pointer = &work)
#pragma warning restore CS8500
            {
                Dispatch(&Invoke<TWork>, pointer, items);
            }
        }
    }

    /// <summary>Ends the threads. Waits for work that is under way.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Announce();
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

    private static void Invoke<TWork>(void* work, int item, int worker)
        where TWork : struct, IParallelWork
        => Unsafe.AsRef<TWork>(work).Run(item, worker);

    private void Dispatch(delegate*<void*, int, int, void> invoke, void* work, int items)
    {
        _failure = null;
        _invoke = invoke;
        _work = work;
        _items = items;
        Volatile.Write(ref _next, 0);
        Volatile.Write(ref _running, _threads.Length);
        Announce();
        TakeItems(0);
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _running) != 0)
        {
            if (spinner.Count < 20)
            {
                Thread.SpinWait(8);
            }

            spinner.SpinOnce(sleep1Threshold: -1);
        }

        if (_failure is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    private void Announce()
    {
        Interlocked.Increment(ref _generation);
        for (int worker = 1; worker < Count; worker++)
        {
            if (Interlocked.Exchange(ref _asleep[worker], 0) == 1)
            {
                _wake[worker].Release();
            }
        }
    }

    private void TakeItems(int worker)
    {
        try
        {
            int item;
            while ((item = Interlocked.Increment(ref _next) - 1) < _items)
            {
                _invoke(_work, item, worker);
            }
        }
        catch (Exception exception)
        {
            _failure = exception;
            Volatile.Write(ref _next, _items);
        }
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
            Interlocked.Decrement(ref _running);
        }
    }

    private int WaitForGeneration(int worker, int seen)
    {
        int generation;
        for (int spin = 0; spin < SpinsBeforeBlocking; spin++)
        {
            if ((generation = Volatile.Read(ref _generation)) != seen)
            {
                return generation;
            }

            Thread.SpinWait(4);
        }

        while ((generation = Volatile.Read(ref _generation)) == seen)
        {
            Interlocked.Exchange(ref _asleep[worker], 1);

            // Who takes the flag down decides: if the announcer did, its release must be consumed here.
            bool announced = Volatile.Read(ref _generation) != seen && Interlocked.Exchange(ref _asleep[worker], 0) == 1;
            if (!announced)
            {
                _wake[worker].Wait();
            }
        }

        return generation;
    }
}
