using KvCompose.Cache;
using KvCompose.Memory;

namespace KvCompose.Residency.HostCopies;

/// <summary>
/// The way of tokens from host copies into the slots of some heads of one layer: what is wanted and not resident is asked for, a worker
/// fetches it into one of two staging buffers, and whoever drives the session puts it into use.
/// </summary>
/// <param name="copies">The heads, with what each wants; owned.</param>
/// <param name="positions">Position of every row of the layer's prompt.</param>
/// <param name="rowFloats">Floats of one token's key and value.</param>
/// <param name="memory">Is charged for staging.</param>
internal sealed unsafe class HostGather(HostKvCopy[] copies, int[] positions, int rowFloats, HostMemory memory) : IDisposable
{
    private readonly StagingExchange _exchange = new();
    private readonly StagingBuffer[] _buffers = [new(), new()];
    private readonly Exception?[] _causes = new Exception?[StagingExchange.Buffers];
    private readonly GatherTicket[] _tickets = [new(0), new(1)];
    private int _underWay = -1;

    /// <summary>The heads.</summary>
    public ReadOnlySpan<HostKvCopy> Copies => copies;

    /// <summary>Whether tokens are on their way.</summary>
    public bool IsUnderWay => _underWay >= 0;

    /// <summary>Asks the worker for the rows that copies want and do not hold. Nothing may be under way.</summary>
    /// <returns>Null, or why nothing was asked for.</returns>
    public HostTierFullException? Request(GatherWorker worker)
    {
        int buffer = _exchange.FindFree();
        StagingBuffer request = _buffers[buffer];
        request.Clear();
        for (int copy = 0; copy < copies.Length; copy++)
        {
            copies[copy].Slots.Request(copy, copies[copy].Wanted, request);
        }

        try
        {
            request.Reserve(rowFloats, memory);
        }
        catch (HostTierFullException full)
        {
            return full;
        }

        _underWay = buffer;
        _exchange.Submit(buffer);
        worker.Fetch(this, _tickets[buffer]);
        return null;
    }

    /// <summary>Takes over what has arrived, if anything has.</summary>
    /// <param name="wait">Whether to wait for what is under way.</param>
    /// <param name="counters">Counts what came.</param>
    /// <param name="failure">Why the request failed, if it did.</param>
    /// <returns>The buffer to be scattered and given back by <see cref="Done"/>, or −1.</returns>
    public int Receive(bool wait, TierCounters counters, out Exception? failure)
    {
        failure = null;
        int buffer = _underWay;
        if (buffer < 0)
        {
            return -1;
        }

        if (wait)
        {
            // What the worker has not begun is not waited for: whoever comes first fetches it.
            Fill(buffer);
            var spinner = default(SpinWait);
            while (_exchange.IsUnderWay(buffer))
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }

        if (_exchange.TryTake(buffer))
        {
            foreach (HostFetch token in _buffers[buffer].Tokens)
            {
                copies[token.Copy].Slots.Replace(token.Slot, token.Row);
            }

            counters.Moved(_buffers[buffer].Count, rowFloats);
            _underWay = -1;
            return buffer;
        }

        if (_exchange.Forget(buffer))
        {
            failure = _causes[buffer];
            _underWay = -1;
        }

        return -1;
    }

    /// <summary>Writes the received tokens of one copy into its slots.</summary>
    public void Scatter(int buffer, int copy, SequenceCache cache, int layer, PagePool pool, PageWriter writer)
    {
        StagingBuffer staged = _buffers[buffer];
        PageTable* table = cache.Layer(layer) + copies[copy].Head;
        int pageTokens = pool.Layout.PageTokens, half = rowFloats / 2;
        float* content = staged.Content;
        foreach (HostFetch token in staged.Tokens)
        {
            if (token.Copy == copy)
            {
                byte* page = pool.Address(table->Pages[token.Slot / pageTokens]);
                writer.Write(page, token.Slot % pageTokens, content, 1, content + half, positions[token.Row]);
            }

            content += rowFloats;
        }
    }

    /// <summary>Gives a received buffer back.</summary>
    public void Done(int buffer) => _exchange.Release(buffer);

    /// <summary>Fetches what a buffer asks for, unless somebody else has begun or it is withdrawn in between.</summary>
    public void Fill(int buffer)
    {
        if (!_exchange.TryBegin(buffer))
        {
            return;
        }

        try
        {
            StagingBuffer staged = _buffers[buffer];
            float* target = staged.Content;
            for (int i = 0; i < staged.Count && !_exchange.IsWithdrawn(buffer); i++, target += rowFloats)
            {
                HostFetch token = staged.Tokens[i];
                copies[token.Copy].Prompt.CopyTo(token.Row, target);
            }
        }
        catch (Exception cause)
        {
            // Whatever it was: the session finds the request failed, keeps the last good tokens and says why.
            _causes[buffer] = cause;
            _exchange.Fail(buffer);
            return;
        }

        _exchange.TryPublish(buffer);
    }

    /// <summary>Takes back what is under way, waits until the worker has let go of it, and gives the memory back.</summary>
    public void Dispose()
    {
        for (int buffer = 0; buffer < StagingExchange.Buffers; buffer++)
        {
            var spinner = default(SpinWait);
            while (!_exchange.Withdraw(buffer))
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }

            memory.Give(_buffers[buffer].Bytes);
            _buffers[buffer].Dispose();
        }

        foreach (HostKvCopy copy in copies)
        {
            copy.Dispose();
        }
    }
}
