using KvCompose.Cache;
using KvCompose.Memory;
using KvCompose.Numerics;
using KvCompose.Sessions;
using KvCompose.Threading;
using KvCompose.Tiers.Host;

namespace KvCompose.Tiers;

/// <summary>
/// HeteroCache's tier: the prompts of the satellites, and only theirs, in host memory; pivots that are watched; and a worker that gathers
/// what a drift asks for while decoding goes on. Every sequence triggers on its own. Made by <see cref="HostOffload"/>.
/// </summary>
public sealed unsafe partial class HeteroCacheTier
{
    private readonly HostOffload _options;
    private readonly TierContext _context;
    private readonly HostMemory _memory;
    private readonly PivotGroupSettings _settings;
    private readonly GatherWorker _worker;
    private readonly TierCounters _counters = new();
    private readonly LayerPivotGroups[] _layers;
    private readonly List<MonitoredPivot> _monitored = [];
    private readonly List<Arrival> _arrivals = [];
    private readonly MonitorScratch[] _scratch;
    private bool _disposed;

    internal HeteroCacheTier(in HostOffload options, in TierContext context)
    {
        _options = options;
        _context = context;
        _memory = new HostMemory((long)options.MaxHostMiB << 20);
        var scores = new PivotScores(context.Shape.GroupSize, context.Pooling, context.PoolingKernel, context.Reduction);
        _settings = new PivotGroupSettings(scores, options.Window, options.DriftThreshold, options.Defects, 2 * context.Shape.HeadDim, _memory);
        _layers = new LayerPivotGroups[context.Caches.Count * context.Shape.Layers];
        _scratch = new MonitorScratch[context.Workers.Count];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = new LayerPivotGroups();
        }

        for (int i = 0; i < _scratch.Length; i++)
        {
            _scratch[i] = new MonitorScratch();
        }

        _worker = new GatherWorker(context.Pipeline);
    }

    /// <inheritdoc/>
    public TierUsage Usage => new(_memory.HeldBytes, 0, _counters.Triggers, _counters.Tokens, _counters.Bytes)
    {
        Failures = _counters.Failures, LastFailure = _counters.LastFailure,
    };

    /// <inheritdoc/>
    /// <exception cref="HostTierFullException">The host copy does not fit into the limit.</exception>
    public void Place(in PlacementContext context)
    {
        LayerPivotGroups layer = Layer(context.Sequence, context.Layer);
        if (!layer.HasBegun)
        {
            layer.Begin(PromptRange.Of(context.Positions.Length, _context.Sinks, _context.Window), context.Positions);
        }

        if (context.Role == HeadRole.Satellite && !context.Rows.IsEmpty)
        {
            long bytes = HostPrompt.BytesOf(context.Positions.Length, context.HeadDim);
            Charge(bytes, context.Layer, context.Head);
            layer.Add(new HostKvCopy(
                context.Head, new ResidentSlots(context.Positions.Length, context.Rows), new HostPrompt(in context), _memory, bytes));
        }
        else if (context.Role == HeadRole.Pivot)
        {
            layer.Add(Reference(in context, layer.Range));
        }
    }

    /// <inheritdoc/>
    public void OnPrefillCompleted(int sequence, int promptTokens, CancellationToken cancellation)
    {
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            PageTable* tables = _context.Caches[sequence].Layer(layer);
            LayerPivotGroups stars = Layer(sequence, layer);
            stars.Complete(_context.Profile!.Stars[layer], _settings);
            for (int head = 0; head < _context.Shape.KeyValueHeads; head++)
            {
                // A pivot whose satellites keep everything has nobody to watch for.
                tables[head].RetainsWeights = stars.OfPivot(head) is { SamplesNextStep: true };
            }
        }
    }

    /// <inheritdoc/>
    public void FetchBeforeAttention(in DecodeStep step)
    {
        if (_options.Visibility != RetrievalVisibility.SameToken)
        {
            Receive(in step, wait: _options.Visibility == RetrievalVisibility.NextToken);
        }
    }

    /// <inheritdoc/>
    public void OnAttention(in DecodeStep step)
    {
        _monitored.Clear();
        int tokens = 0, splits = 0;
        for (int i = 0; i < step.Items.HeadCount; i++)
        {
            AttendedHead* head = step.Items.Heads + i;
            if (Layer(step.Sequences[head->Row], step.Layer).OfPivot(head->Head) is not { } star)
            {
                continue;
            }

            if (head->Table->RetainsWeights)
            {
                _monitored.Add(new MonitoredPivot(star, (nint)head));
                tokens = Math.Max(tokens, star.PromptTokens);
                splits = Math.Max(splits, head->Splits);
            }
            else
            {
                star.Skip();
                head->Table->RetainsWeights = star.SamplesNextStep;
            }
        }

        if (_monitored.Count == 0)
        {
            return;
        }

        foreach (MonitorScratch scratch in _scratch)
        {
            scratch.Reserve(_settings.Scores.ScratchFloats(splits), tokens);
        }

        var look = new MonitorWork { Tier = this, Items = step.Items };
        _context.Workers.Run(ref look, _monitored.Count);
        bool drifted = false;
        foreach (MonitoredPivot monitored in _monitored)
        {
            drifted |= monitored.Star.Ask(_worker, _counters);
            ((AttendedHead*)monitored.Head)->Table->RetainsWeights = monitored.Star.SamplesNextStep;
        }

        if (drifted && _options.Visibility == RetrievalVisibility.SameToken)
        {
            Receive(in step, wait: true);
        }
    }

    /// <inheritdoc/>
    public void Clear(int sequence)
    {
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            Layer(sequence, layer).Clear();
        }
    }

    /// <summary>Ends the worker, also in the middle of a copy, and gives the host memory back.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Array.ForEach(_layers, static layer => layer.Clear());
        _worker.Dispose();
        Array.ForEach(_scratch, static scratch => scratch.Dispose());
    }

    private LayerPivotGroups Layer(int sequence, int layer) => _layers[(sequence * _context.Shape.Layers) + layer];

    private void Charge(long bytes, int layer, int head)
    {
        try
        {
            _memory.Take(bytes);
        }
        catch (HostTierFullException full)
        {
            throw full.At(layer, head);
        }
    }

    /// <summary>R of a pivot: its best rows by the prompt's scores, as many as its head role gave it.</summary>
    private PivotReference Reference(in PlacementContext context, PromptRange range)
    {
        var mask = new ulong[TopMask.Words(range.Tokens)];
        int size = Math.Clamp(context.Budget, 0, range.Last - range.First);
        if (size > 0)
        {
            MonitorScratch scratch = _scratch[0];
            scratch.Reserve(0, range.Tokens);
            context.Scores.CopyTo(new Span<float>(scratch.Scores, range.Tokens));
            range.MarkBest(scratch.Scores, size, mask, scratch.Choice);
        }

        return new PivotReference(context.Head, mask, size);
    }

    private void Receive(in DecodeStep step, bool wait)
    {
        _arrivals.Clear();
        for (int row = 0; row < step.Sequences.Length; row++)
        {
            int sequence = step.Sequences[row];
            foreach (MonitoredPivotGroup star in Layer(sequence, step.Layer).Stars)
            {
                int buffer = star.Receive(wait, _worker, _counters);
                for (int satellite = 0; buffer >= 0 && satellite < star.Gather.Satellites.Length; satellite++)
                {
                    _arrivals.Add(new Arrival(star, buffer, satellite, sequence));
                }
            }
        }

        if (_arrivals.Count == 0)
        {
            return;
        }

        var scatter = new ScatterWork { Tier = this, Layer = step.Layer };
        _context.Workers.Run(ref scatter, _arrivals.Count);
        foreach (Arrival arrival in _arrivals)
        {
            if (arrival.Satellite == 0)
            {
                arrival.Star.Gather.Done(arrival.Buffer);
            }
        }
    }

    /// <summary>A star whose pivot has left its weights.</summary>
    private readonly record struct MonitoredPivot(MonitoredPivotGroup Star, nint Head);

    /// <summary>What has come for one satellite. Its pages are one thread's: storages may put several elements into one byte.</summary>
    private readonly record struct Arrival(MonitoredPivotGroup Star, int Buffer, int Satellite, int Sequence);

    private struct MonitorWork : IParallelWork
    {
        public HeteroCacheTier Tier;
        public KvSplitPlan Items;

        public readonly void Run(int item, int worker)
        {
            MonitoredPivot monitored = Tier._monitored[item];
            monitored.Star.SampleOverlap(Items, (AttendedHead*)monitored.Head, Tier._scratch[worker]);
        }
    }

    private struct ScatterWork : IParallelWork
    {
        public HeteroCacheTier Tier;
        public int Layer;

        public readonly void Run(int item, int worker)
        {
            Arrival arrival = Tier._arrivals[item];
            arrival.Star.Gather.Scatter(
                arrival.Buffer, arrival.Satellite, Tier._context.Caches[arrival.Sequence], Layer, Tier._context.Pool, Tier._context.Writer);
        }
    }
}
