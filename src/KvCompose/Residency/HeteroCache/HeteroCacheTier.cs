using System.ComponentModel;
using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Numerics;
using KvCompose.Residency.HostCopies;
using KvCompose.Threading;

namespace KvCompose.Residency.HeteroCache;

/// <summary>
/// HeteroCache's tier: the prompts of the satellites, and only theirs, in host memory; pivots that are watched; and a worker that gathers
/// what a drift asks for while decoding goes on. Every sequence triggers on its own.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe partial class HeteroCacheTier
{
    private readonly HeteroCacheSettings _options;
    private readonly TierContext _context;
    private readonly PivotGroupSettings _settings;
    private readonly HostCopyStore _store;
    private readonly LayerPivotGroups[] _layers;
    private readonly List<MonitoredPivot> _monitored = [];
    private bool _disposed;

    /// <summary>Opens the tier of a session.</summary>
    /// <param name="options">What it does.</param>
    /// <param name="context">What it is opened with.</param>
    internal HeteroCacheTier(HeteroCacheSettings options, in TierContext context)
    {
        _options = options;
        _context = context;
        _store = new HostCopyStore(in context, options.LimitBytes);
        var scores = new PivotScores(context.Shape.GroupSize, context.Pooling, context.PoolingKernel, context.Reduction);
        _settings = new PivotGroupSettings(scores, options.Window, options.DriftThreshold, options.Defects, 2 * context.Shape.HeadDim, _store.Memory);
        _layers = new LayerPivotGroups[context.Caches.Count * context.Shape.Layers];
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] = new LayerPivotGroups();
        }
    }

    /// <inheritdoc/>
    public TierUsage Usage => _store.Usage;

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
            layer.Add(_store.Copy(in context));
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
            LayerPivotGroups groups = Layer(sequence, layer);
            groups.Complete(_context.Profile!.Stars[layer], _settings);
            for (int head = 0; head < _context.Shape.KeyValueHeads; head++)
            {
                // A pivot whose satellites keep every token is not monitored.
                tables[head].RetainsWeights = groups.OfPivot(head) is { SamplesNextStep: true };
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
            if (Layer(step.Sequences[head->Row], step.Layer).OfPivot(head->Head) is not { } group)
            {
                continue;
            }

            if (head->Table->RetainsWeights)
            {
                _monitored.Add(new MonitoredPivot(group, (nint)head));
                tokens = Math.Max(tokens, group.PromptTokens);
                splits = Math.Max(splits, head->Splits);
            }
            else
            {
                group.Skip();
                head->Table->RetainsWeights = group.SamplesNextStep;
            }
        }

        if (_monitored.Count == 0)
        {
            return;
        }

        _store.ReserveScratch(_settings.Scores.ScratchFloats(splits), tokens);

        var look = new MonitorWork { Tier = this, Items = step.Items };
        _context.Workers.Run(ref look, _monitored.Count);
        bool drifted = false;
        foreach (MonitoredPivot monitored in _monitored)
        {
            drifted |= monitored.Group.Ask(_store.Worker, _store.Counters);
            ((AttendedHead*)monitored.Head)->Table->RetainsWeights = monitored.Group.SamplesNextStep;
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
        _store.Dispose();
    }

    private LayerPivotGroups Layer(int sequence, int layer) => _layers[(sequence * _context.Shape.Layers) + layer];

    /// <summary>R of a pivot: its best rows by the prompt's scores, as many as its head role gave it.</summary>
    private PivotReference Reference(in PlacementContext context, PromptRange range)
    {
        var mask = new ulong[TopMask.Words(range.Tokens)];
        int size = Math.Clamp(context.Budget, 0, range.Last - range.First);
        if (size > 0)
        {
            MonitorScratch scratch = _store.Scratch(0);
            scratch.Reserve(0, range.Tokens);
            context.Scores.CopyTo(new Span<float>(scratch.Scores, range.Tokens));
            range.MarkBest(scratch.Scores, size, mask, scratch.Choice);
        }

        return new PivotReference(context.Head, mask, size);
    }

    private void Receive(in DecodeStep step, bool wait)
    {
        _store.Arrivals.Clear();
        for (int row = 0; row < step.Sequences.Length; row++)
        {
            int sequence = step.Sequences[row];
            foreach (MonitoredPivotGroup group in Layer(sequence, step.Layer).Groups)
            {
                _store.Arrivals.Add(group.Gather, group.Receive(wait, _store.Worker, _store.Counters), step.Layer, sequence);
            }
        }

        _store.Arrivals.Scatter();
    }

    /// <summary>A pivot group whose pivot has left its weights.</summary>
    private readonly record struct MonitoredPivot(MonitoredPivotGroup Group, nint Head);

    private struct MonitorWork : IParallelWork
    {
        public HeteroCacheTier Tier;
        public KvSplitPlan Items;

        public readonly void Run(int item, int worker)
        {
            MonitoredPivot monitored = Tier._monitored[item];
            monitored.Group.SampleOverlap(Items, (AttendedHead*)monitored.Head, Tier._store.Scratch(worker));
        }
    }
}
