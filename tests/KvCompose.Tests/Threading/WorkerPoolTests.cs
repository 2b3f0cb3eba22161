using KvCompose.Threading;

namespace KvCompose.Tests.Threading;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(2, 2)]
    [InlineData(4, 1000)]
    [InlineData(8, 3)]
    public void Run_AnyNumberOfItems_DoesEachOnce(int threads, int items)
    {
        using var pool = new WorkerPool(threads);
        var work = new Counting { Done = new int[items], Workers = new int[threads] };

        pool.Run(ref work, items);

        Assert.All(work.Done, count => Assert.Equal(1, count));
        Assert.Equal(items, work.Workers.Sum());
    }

    [Fact]
    public void Run_ManyGenerationsOfChangingSize_LosesNothing()
    {
        using var pool = new WorkerPool(5);
        var done = new int[17];
        for (int generation = 0; generation < 20_000; generation++)
        {
            int items = generation % done.Length + 1;
            var work = new Counting { Done = done, Workers = new int[5] };

            pool.Run(ref work, items);

            for (int item = 0; item < done.Length; item++)
            {
                Assert.True(done[item] == (item < items ? 1 : 0), $"generation {generation}, item {item}: {done[item]}");
                done[item] = 0;
            }
        }
    }

    [Fact]
    public void Run_AfterThreadsFellAsleep_WakesThem()
    {
        using var pool = new WorkerPool(3);
        using var together = new Barrier(3);
        for (int round = 0; round < 5; round++)
        {
            Thread.Sleep(20);
            var work = new Meeting { Together = together };

            pool.Run(ref work, 3); // Returns only if all three threads take part.
        }

        Assert.Equal(5, together.CurrentPhaseNumber);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Run_ItemThrows_ThrowsThatAndStaysUsable(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (int round = 0; round < 200; round++)
        {
            var failing = new Failing { At = round % 50 };
            Assert.Equal($"item {round % 50}", Assert.Throws<FormatException>(() => pool.Run(ref failing, 50)).Message);

            var work = new Counting { Done = new int[20], Workers = new int[threads] };
            pool.Run(ref work, 20);
            Assert.All(work.Done, count => Assert.Equal(1, count));
        }
    }

    [Fact]
    public async Task Run_FromSeveralThreads_TakesTurns()
    {
        using var pool = new WorkerPool(3);
        var inside = new int[3];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(() =>
        {
            for (int round = 0; round < 300; round++)
            {
                var work = new Exclusive { Inside = inside };
                pool.Run(ref work, round % 5 + 1);
            }
        })));

        Assert.All(inside, count => Assert.Equal(0, count));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 8)]
    public void Run_InsideAnItem_Throws(int threads, int items)
    {
        using var pool = new WorkerPool(threads);
        var work = new Nesting { Pool = pool };

        Assert.Throws<InvalidOperationException>(() => pool.Run(ref work, items));
    }

    [Fact]
    public void Run_NoItems_DoesNothing()
    {
        using var pool = new WorkerPool(2);
        var failing = new Failing();

        pool.Run(ref failing, 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_Disposed_Throws(int threads)
    {
        var pool = new WorkerPool(threads);
        pool.Dispose();
        pool.Dispose();
        var work = new Failing();

        Assert.Throws<ObjectDisposedException>(() => pool.Run(ref work, 4));
    }

    [Fact]
    public void Dispose_RightAfterWork_EndsEveryThread()
    {
        for (int round = 0; round < 100; round++)
        {
            var pool = new WorkerPool(4);
            var work = new Counting { Done = new int[9], Workers = new int[4] };
            pool.Run(ref work, 9);
            pool.Dispose(); // Joins: a thread that missed the end would hang here.
        }
    }

    [Fact]
    public void Run_WarmedUp_AllocatesNothing()
    {
        using var pool = new WorkerPool(2);
        var work = new Counting { Done = new int[4], Workers = new int[2] };
        pool.Run(ref work, 4);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            pool.Run(ref work, 4);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Constructor_SenselessCount_Throws(int count)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(count));

    private struct Counting : IParallelWork
    {
        public int[] Done;
        public int[] Workers;

        public readonly void Run(int item, int worker)
        {
            Interlocked.Increment(ref Done[item]);
            Workers[worker]++; // Not interlocked: no two threads have the same index.
        }
    }

    private struct Meeting : IParallelWork
    {
        public Barrier Together;

        public readonly void Run(int item, int worker) => Together.SignalAndWait();
    }

    private struct Failing : IParallelWork
    {
        public int At;

        public readonly void Run(int item, int worker)
        {
            if (item == At)
            {
                throw new FormatException($"item {item}");
            }
        }
    }

    private struct Exclusive : IParallelWork
    {
        public int[] Inside;

        public readonly void Run(int item, int worker)
        {
            if (Interlocked.Increment(ref Inside[worker]) != 1)
            {
                throw new InvalidOperationException($"two callers at once have worker {worker}");
            }

            Thread.SpinWait(20);
            Interlocked.Decrement(ref Inside[worker]);
        }
    }

    private struct Nesting : IParallelWork
    {
        public WorkerPool Pool;

        public readonly void Run(int item, int worker)
        {
            var inner = default(Failing);
            Pool.Run(ref inner, 1);
        }
    }
}
