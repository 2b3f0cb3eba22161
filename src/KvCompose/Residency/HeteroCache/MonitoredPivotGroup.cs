using KvCompose.Attention;
using KvCompose.Numerics;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Residency.HeteroCache;

/// <summary>
/// One pivot group of one layer of one sequence: the pivot's reference set and window, the satellites' slots and host copies, and the exchange
/// through which fresh tokens come. Source: "HeteroCache", arXiv 2601.13684.
/// </summary>
internal sealed unsafe partial class MonitoredPivotGroup : IDisposable
{
    private readonly PivotGroupSettings _settings;
    private readonly PromptRange _range;
    private readonly HostGather _gather;
    private readonly DriftWindow _window;
    private readonly ulong[] _reference;
    private readonly ulong[] _good;
    private readonly ulong[] _asked;
    private readonly int _referenceTokens;
    private bool _drifted;
    private bool _postponed;

    /// <summary>Makes the group as the prompt leaves it.</summary>
    /// <param name="settings">Of the tier.</param>
    /// <param name="pivot">The pivot's head and reference set.</param>
    /// <param name="satellites">The satellites that left tokens out.</param>
    /// <param name="range">Rows of the layer's prompt.</param>
    /// <param name="positions">Position of every row.</param>
    public MonitoredPivotGroup(PivotGroupSettings settings, PivotReference pivot, HostKvCopy[] satellites, PromptRange range, int[] positions)
        : this(settings, pivot, satellites, range, positions, new DriftWindow(settings.Window, settings.DriftThreshold))
    {
    }

    private MonitoredPivotGroup(PivotGroupSettings settings, PivotReference pivot, HostKvCopy[] satellites, PromptRange range, int[] positions, DriftWindow window)
    {
        _settings = settings;
        _gather = new HostGather(satellites, positions, settings.RowFloats, settings.Memory);
        _range = range;
        _window = window;
        (Pivot, _reference, _referenceTokens) = (pivot.Head, pivot.Mask, pivot.Tokens);
        _good = [.. _reference];
        _asked = new ulong[_reference.Length];
    }

    /// <summary>The pivot's head.</summary>
    public int Pivot { get; }

    /// <summary>Satellites with a host copy, and how they get fresh tokens.</summary>
    public HostGather Gather => _gather;

    /// <summary>Whether the pivot's next step is looked at; otherwise <see cref="Skip"/> follows.</summary>
    public bool SamplesNextStep => _window.SamplesNextStep;

    /// <summary>Rows of the layer's prompt.</summary>
    public int PromptTokens => _range.Tokens;

    /// <summary>Passes a step that is not looked at.</summary>
    public void Skip() => _window.Skip();

    /// <summary>
    /// Looks at the pivot's weights of a step. When the look completes a window that drifted, the reference set becomes this step's,
    /// and the satellites' wanted rows are the pivot's best. Touches nothing but this group: groups are sampled in parallel.
    /// </summary>
    public void SampleOverlap(KvSplitPlan items, AttendedHead* head, MonitorScratch scratch)
    {
        _settings.Scores.Compute(items, head, _range.Tokens, scratch.Splits, scratch.Scores);
        Span<ulong> chosen = scratch.Mask(_range.Tokens);
        _range.MarkBest(scratch.Scores, _referenceTokens, chosen, scratch.Choice);
        _drifted = _window.Add(TopMask.Common(chosen, _reference), _referenceTokens);
        if (!_drifted)
        {
            return;
        }

        chosen.CopyTo(_reference);
        int largest = 0;
        foreach (HostKvCopy satellite in _gather.Copies)
        {
            largest = Math.Max(largest, satellite.Slots.Capacity);
        }

        foreach (HostKvCopy satellite in _gather.Copies)
        {
            int capacity = satellite.Slots.Capacity;
            if ((_settings.Defects & PublishedDefects.PositionBiasedTruncation) != 0)
            {
                MarkFirst(scratch, largest, capacity, satellite.Wanted);
                continue;
            }

            _range.MarkBest(scratch.Scores, capacity - _range.Protected, satellite.Wanted, scratch.Choice);
            _range.MarkProtected(satellite.Wanted);
        }
    }

    /// <summary>After <see cref="SampleOverlap"/>: asks the worker for what drifted, at once or when what is under way has arrived.</summary>
    /// <returns>Whether the look found a drift.</returns>
    public bool Ask(GatherWorker worker, TierCounters counters)
    {
        if (!_drifted)
        {
            return false;
        }

        _drifted = false;
        if (_gather.IsUnderWay)
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
    /// <returns>The buffer to be scattered and given back, or −1.</returns>
    public int Receive(bool wait, GatherWorker worker, TierCounters counters)
    {
        int buffer = _gather.Receive(wait, counters, out Exception? failure);
        if (buffer >= 0)
        {
            _asked.CopyTo(_good, 0);
        }
        else if (failure is not null)
        {
            Fail(counters, failure);
        }
        else
        {
            return -1;
        }

        if (_postponed)
        {
            // The other buffer is filled while this one is put into use.
            _postponed = false;
            Request(worker, counters);
        }

        return buffer;
    }

    /// <inheritdoc/>
    public void Dispose() => _gather.Dispose();

    private void Request(GatherWorker worker, TierCounters counters)
    {
        counters.Triggers++;
        if (_gather.Request(worker) is { } full)
        {
            Fail(counters, full);
            return;
        }

        _reference.CopyTo(_asked, 0);
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
