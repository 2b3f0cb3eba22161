using KvCompose.Residency.HostCopies;

namespace KvCompose.Tests.Tiers;

/// <summary>The protocol between session and worker, in every order in which their steps can follow each other.</summary>
public sealed class StagingExchangeTests
{
    private const int Words = 4;

    [Fact]
    public void AnyOfAMillionInterleavings_NeverReadsATornBuffer()
    {
        var random = new Random(1);
        long takes = 0, withdrawals = 0, failures = 0;
        for (int interleaving = 0; interleaving < 1_000_000; interleaving++)
        {
            var run = new Interleaving(random);
            run.Steps(24);
            takes += run.Takes;
            withdrawals += run.Withdrawals;
            failures += run.Failures;
        }

        // What was checked did happen.
        Assert.True(takes > 100_000, $"{takes} buffers read");
        Assert.True(withdrawals > 100_000, $"{withdrawals} requests withdrawn");
        Assert.True(failures > 10_000, $"{failures} requests failed");
    }

    [Fact]
    public void TwoThreads_ExchangingAsFastAsTheyCan_NeverReadATornBuffer()
    {
        const int rounds = 50_000;
        var exchange = new StagingExchange();
        var buffers = new long[StagingExchange.Buffers][];
        var requests = new long[StagingExchange.Buffers];
        for (int buffer = 0; buffer < buffers.Length; buffer++)
        {
            buffers[buffer] = new long[64];
        }

        bool done = false;
        var worker = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                for (int buffer = 0; buffer < StagingExchange.Buffers; buffer++)
                {
                    if (exchange.TryBegin(buffer))
                    {
                        Array.Fill(buffers[buffer], requests[buffer]);
                        exchange.TryPublish(buffer);
                    }
                }
            }
        });
        worker.Start();
        int torn = 0;
        for (int round = 1, read = 0; read < rounds; round++)
        {
            int free = exchange.FindFree();
            if (free >= 0)
            {
                requests[free] = round;
                exchange.Submit(free);
                if (round % 3 == 0)
                {
                    exchange.Withdraw(free);
                }
            }

            for (int buffer = 0; buffer < StagingExchange.Buffers; buffer++)
            {
                if (exchange.TryTake(buffer))
                {
                    torn += buffers[buffer].AsSpan().ContainsAnyExcept(requests[buffer]) ? 1 : 0;
                    read++;
                    exchange.Release(buffer);
                }
            }

            if (free < 0)
            {
                Thread.Yield();
            }
        }

        Volatile.Write(ref done, true);
        worker.Join();
        Assert.Equal(0, torn);
    }

    [Fact]
    public void OutOfTurn_SaysWhichStateWasExpected()
    {
        var exchange = new StagingExchange();
        exchange.Submit(0);
        Assert.Contains("buffer 0 is Requested, expected Free", Assert.Throws<InvalidOperationException>(() => exchange.Submit(0)).Message);
        Assert.Contains("expected Reading", Assert.Throws<InvalidOperationException>(() => exchange.Release(0)).Message);
        Assert.False(exchange.TryTake(0));
        Assert.True(exchange.Withdraw(0));
        Assert.False(exchange.TryBegin(0));
    }

    /// <summary>Session and worker as state machines; a random one of them makes its next step, down to single words of a buffer.</summary>
    private sealed class Interleaving(Random random)
    {
        private readonly StagingExchange _exchange = new();
        private readonly int[][] _content = [new int[Words], new int[Words]];
        private readonly int[] _requested = new int[StagingExchange.Buffers];
        private int _generation;
        private int _reading = -1;
        private int _readWords;
        private int _filling = -1;
        private int _filledWords;

        public int Takes { get; private set; }

        public int Withdrawals { get; private set; }

        public int Failures { get; private set; }

        public void Steps(int count)
        {
            for (int step = 0; step < count; step++)
            {
                if (random.Next(2) == 0)
                {
                    Session();
                }
                else
                {
                    Worker();
                }
            }
        }

        private void Session()
        {
            if (_reading >= 0)
            {
                Read();
                return;
            }

            int buffer = random.Next(StagingExchange.Buffers);
            switch (random.Next(8))
            {
                case 0 when _requested[buffer] != 0:
                    _exchange.Withdraw(buffer);
                    Withdrawals++;
                    break;
                case 1 when _exchange.Forget(buffer):
                    Failures++;
                    break;
                case < 5 when _exchange.TryTake(buffer):
                    (_reading, _readWords) = (buffer, 0);
                    Takes++;
                    break;
                default:
                    Request();
                    break;
            }
        }

        private void Request()
        {
            int free = _exchange.FindFree();
            if (free >= 0)
            {
                _requested[free] = ++_generation;
                _exchange.Submit(free);
            }
        }

        private void Read()
        {
            if (_content[_reading][_readWords] != _requested[_reading])
            {
                Assert.Fail($"word {_readWords} of buffer {_reading} is of request {_content[_reading][_readWords]}, not {_requested[_reading]}");
            }

            if (++_readWords == Words)
            {
                _exchange.Release(_reading);
                _reading = -1;
            }
        }

        private void Worker()
        {
            if (_filling < 0)
            {
                int buffer = random.Next(StagingExchange.Buffers);
                (_filling, _filledWords) = _exchange.TryBegin(buffer) ? (buffer, 0) : (-1, 0);
                return;
            }

            if (_exchange.IsWithdrawn(_filling) && random.Next(2) == 0)
            {
                _exchange.TryPublish(_filling);
                _filling = -1;
            }
            else if (_filledWords < Words && random.Next(16) != 0)
            {
                _content[_filling][_filledWords++] = _requested[_filling];
            }
            else if (_filledWords < Words)
            {
                _exchange.Fail(_filling);
                _filling = -1;
            }
            else
            {
                _exchange.TryPublish(_filling);
                _filling = -1;
            }
        }
    }
}
