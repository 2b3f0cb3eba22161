using KvCompose.Cache;
using KvCompose.Numerics;
using KvCompose.Reference.HeteroCache;
using KvCompose.Sessions;

namespace KvCompose.Tiers.Host;

/// <summary>
/// One star of one layer of one sequence: the pivot's reference set and window, the satellites' slots and host copies, and the exchange
/// through which fresh tokens come. HeteroCache, spec §1.5.
/// </summary>
internal sealed unsafe class StarTier : IDisposable
{
    private readonly StarSettings _settings;
    private readonly PromptRange _range;
    private readonly int[] _positions;
    private readonly SatelliteCopy[] _satellites;
    private readonly StagingExchange _exchange = new();
    private readonly StagingBuffer[] _buffers = [new(), new()];
    private readonly Exception?[] _causes = new Exception?[StagingExchange.Buffers];
    private readonly DriftWindow _window;
    private readonly ulong[] _reference;
    private readonly ulong[] _good;
    private readonly ulong[] _asked;
    private readonly int _referenceTokens;
    private int _underWay = -1;
    private bool _drifted;
    private bool _postponed;

    /// <summary>Makes the star as the prompt leaves it.</summary>
    /// <param name="settings">Of the tier.</param>
    /// <param name="pivot">The pivot's head and reference set.</param>
    /// <param name="satellites">The satellites that left tokens out.</param>
    /// <param name="range">Rows of the layer's prompt.</param>
    /// <param name="positions">Position of every row.</param>
    public StarTier(StarSettings settings, PivotReference pivot, SatelliteCopy[] satellites, PromptRange range, int[] positions)
    {
        _settings = settings;
        _satellites = satellites;
        _range = range;
        _positions = positions;
        _window = new DriftWindow(settings.Window, settings.DriftThreshold);
        (Pivot, _reference, _referenceTokens) = (pivot.Head, pivot.Mask, pivot.Tokens);
        _good = [.. _reference];
        _asked = new ulong[_reference.Length];
    }

    /// <summary>The pivot's head.</summary>
    public int Pivot { get; }

    /// <summary>Satellites with a host copy.</summary>
    public ReadOnlySpan<SatelliteCopy> Satellites => _satellites;

    /// <summary>Whether tokens are on their way.</summary>
    public bool IsUnderWay => _underWay >= 0;

    /// <summary>Whether the pivot's next step is looked at; otherwise <see cref="Skip"/> follows.</summary>
    public bool LooksNext => _window.LooksNext;

    /// <summary>Rows of the layer's prompt.</summary>
    public int PromptTokens => _range.Tokens;

    /// <summary>Passes a step that is not looked at.</summary>
    public void Skip() => _window.Skip();

    /// <summary>
    /// Looks at the pivot's weights of a step. When the look completes a window that drifted, the reference set becomes this step's,
    /// and the satellites' wanted rows are the pivot's best. Touches nothing but this star: stars are looked at in parallel.
    /// </summary>
    public void Look(AttentionItems items, AttendedHead* head, MonitorScratch scratch)
    {
        _settings.Scores.Compute(items, head, _range.Tokens, scratch.Pieces, scratch.Scores);
        Span<ulong> chosen = scratch.Mask(_range.Tokens);
        _range.MarkBest(scratch.Scores, _referenceTokens, chosen, scratch.Choice);
        _drifted = _window.Add(TopMask.Common(chosen, _reference), _referenceTokens);
        if (!_drifted)
        {
            return;
        }

        chosen.CopyTo(_reference);
        int largest = 0;
        foreach (SatelliteCopy satellite in _satellites)
        {
            largest = Math.Max(largest, satellite.Slots.Capacity);
        }

        foreach (SatelliteCopy satellite in _satellites)
        {
            int capacity = satellite.Slots.Capacity;
            if ((_settings.Defects & ReferenceDefects.PositionBiasedTruncation) != 0)
            {
                MarkFirst(scratch, largest, capacity, satellite.Wanted);
                continue;
            }

            _range.MarkBest(scratch.Scores, capacity - _range.Protected, satellite.Wanted, scratch.Choice);
            _range.MarkProtected(satellite.Wanted);
        }
    }

    /// <summary>After <see cref="Look"/>: asks the worker for what drifted, at once or when what is under way has arrived.</summary>
    /// <returns>Whether the look found a drift.</returns>
    public bool Ask(GatherWorker worker, TierCounters counters)
    {
        if (!_drifted)
        {
            return false;
        }

        _drifted = false;
        if (_underWay >= 0)
        {
            _postponed = true;
        }
        else
        {
            Request(worker, counters);
        }

        return true;
    }

    /// <summary>Takes over what has arrived, if anything has; what failed leaves the last good tokens in place.</summary>
    /// <param name="wait">Whether to wait for what is under way.</param>
    /// <param name="worker">Is asked for what was postponed.</param>
    /// <param name="counters">Counts what came.</param>
    /// <returns>The buffer to be scattered and given back by <see cref="Done"/>, or −1.</returns>
    public int Receive(bool wait, GatherWorker worker, TierCounters counters)
    {
        if (_underWay < 0)
        {
            return -1;
        }

        var spinner = default(SpinWait);
        while (wait && _exchange.IsUnderWay(_underWay))
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }

        int buffer = _underWay;
        if (_exchange.TryTake(buffer))
        {
            foreach (StagedToken token in _buffers[buffer].Tokens)
            {
                _satellites[token.Satellite].Slots.Replace(token.Slot, token.Row);
            }

            _asked.CopyTo(_good);
            counters.Moved(_buffers[buffer].Count, _settings.RowFloats);
        }
        else if (_exchange.Forget(buffer))
        {
            Fail(counters, _causes[buffer]!);
            buffer = -1;
        }
        else
        {
            return -1;
        }

        _underWay = -1;
        if (_postponed)
        {
            // The other buffer is filled while this one is put into use.
            _postponed = false;
            Request(worker, counters);
        }

        return buffer;
    }

    /// <summary>Writes the received tokens of one satellite into its slots.</summary>
    public void Scatter(int buffer, int satellite, SequenceCache cache, int layer, PagePool pool, PageWriter writer)
    {
        StagingBuffer staged = _buffers[buffer];
        PageTable* table = cache.Layer(layer) + _satellites[satellite].Head;
        int pageTokens = pool.Layout.PageTokens, half = _settings.RowFloats / 2;
        float* content = staged.Content;
        foreach (StagedToken token in staged.Tokens)
        {
            if (token.Satellite == satellite)
            {
                byte* page = pool.Address(table->Pages[token.Slot / pageTokens]);
                writer.Write(page, token.Slot % pageTokens, content, 1, content + half, _positions[token.Row]);
            }

            content += _settings.RowFloats;
        }
    }

    /// <summary>Gives a received buffer back.</summary>
    public void Done(int buffer) => _exchange.Release(buffer);

    /// <summary>Worker: fetches what a buffer asks for, unless it is withdrawn in between.</summary>
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
            for (int i = 0; i < staged.Count && !_exchange.IsWithdrawn(buffer); i++, target += _settings.RowFloats)
            {
                StagedToken token = staged.Tokens[i];
                _satellites[token.Satellite].Prompt.CopyTo(token.Row, target);
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

            _settings.Memory.Give(_buffers[buffer].Bytes);
            _buffers[buffer].Dispose();
        }

        foreach (SatelliteCopy satellite in _satellites)
        {
            satellite.Dispose();
        }
    }

    private void Request(GatherWorker worker, TierCounters counters)
    {
        int buffer = _exchange.FindFree();
        StagingBuffer request = _buffers[buffer];
        request.Clear();
        for (int satellite = 0; satellite < _satellites.Length; satellite++)
        {
            _satellites[satellite].Slots.Request(satellite, _satellites[satellite].Wanted, request);
        }

        counters.Triggers++;
        try
        {
            request.Reserve(_settings.RowFloats, _settings.Memory);
        }
        catch (HostTierFullException full)
        {
            Fail(counters, full);
            return;
        }

        _reference.CopyTo(_asked);
        _underWay = buffer;
        _exchange.Submit(buffer);
        worker.Fetch(this, buffer);
    }

    /// <summary>Nothing came: the reference set is again the one that the resident tokens were chosen by, so that the drift shows again.</summary>
    private void Fail(TierCounters counters, Exception cause)
    {
        counters.Failed(cause);
        if (!_postponed)
        {
            _good.CopyTo(_reference, 0);
        }
    }

    /// <summary>Defect B of the published code: the best of the largest satellite, sorted by position, of which everyone gets the front.</summary>
    private void MarkFirst(MonitorScratch scratch, int largest, int capacity, ulong[] wanted)
    {
        _range.MarkBest(scratch.Scores, largest - _range.Protected, wanted, scratch.Choice);
        _range.MarkProtected(wanted);
        for (int word = 0; word < wanted.Length; word++)
        {
            int bits = System.Numerics.BitOperations.PopCount(wanted[word]);
            for (; bits > capacity; bits--)
            {
                wanted[word] &= ~(1UL << System.Numerics.BitOperations.Log2(wanted[word]));
            }

            capacity -= bits;
        }
    }
}
