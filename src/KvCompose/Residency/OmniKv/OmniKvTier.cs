using System.ComponentModel;
using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Residency.HostCopies;

namespace KvCompose.Residency.OmniKv;

/// <summary>
/// OmniKV's tier: filter layers hold every token; the prompts of the layers that follow them are in host memory, and every decode step a worker
/// copies what the filter layer chose while the layers in between work.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe partial class OmniKvTier
{
    private readonly OmniKvSettings _settings;
    private readonly TierContext _context;
    private readonly HostCopyStore _store;
    private readonly FilterScores _scores;
    private readonly PromptRows _promptRows = new();
    private readonly FilterLayer?[,] _filters;
    private readonly List<HostKvCopy>[,] _copies;
    private readonly List<Step> _steps = [];
    private bool _disposed;

    /// <summary>Opens the tier of a session.</summary>
    /// <param name="settings">What it does.</param>
    /// <param name="context">What it is opened with.</param>
    internal OmniKvTier(OmniKvSettings settings, in TierContext context)
    {
        TransformerShape shape = context.Shape;
        _context = context;
        _settings = settings;
        _store = new HostCopyStore(in context, settings.LimitBytes);
        _scores = new FilterScores(settings.Selector, shape.KeyValueHeads, shape.GroupSize);
        _filters = new FilterLayer?[context.Caches.Count, shape.Layers];
        _copies = new List<HostKvCopy>[context.Caches.Count, shape.Layers];
        for (int i = 0; i < _filters.Length; i++)
        {
            int sequence = i / shape.Layers, layer = i % shape.Layers;
            _copies[sequence, layer] = [];
            _filters[sequence, layer] = _settings.IsFilter(layer) ? new FilterLayer(_settings.NewWindow()) : null;
        }
    }

    /// <inheritdoc/>
    public TierUsage Usage => _store.Usage;

    /// <inheritdoc/>
    /// <exception cref="HostTierFullException">The host copy does not fit into the limit.</exception>
    public void Place(in PlacementContext context)
    {
        if (context.Head == 0 && _filters[context.Sequence, context.Layer] is { } beginning)
        {
            beginning.Begin(
                PromptRange.Of(context.Positions.Length, _context.Sinks, _context.Window), _settings.PromptRows(context.WindowRows));
        }

        if (_settings.Followed[context.Layer] >= 0)
        {
            if (!context.Rows.IsEmpty)
            {
                _copies[context.Sequence, context.Layer].Add(_store.Copy(in context));
            }

            return;
        }

        if (!context.Rows.IsEmpty)
        {
            HoldAll(in context);
        }

        if (_filters[context.Sequence, context.Layer] is { Window: { } window } && _settings.PromptRows(context.WindowRows) is > 0 and var rows)
        {
            _promptRows.Raise(in context, _context.Shape.GroupSize, _context.SoftCap, rows, window, _context.Workers);
        }
    }

    /// <inheritdoc/>
    public void OnPrefillCompleted(int sequence, int promptTokens, CancellationToken cancellation)
    {
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            if (_copies[sequence, layer] is { Count: > 0 } copies)
            {
                // Every layer got the whole prompt: a row is a position.
                int[] positions = [.. Enumerable.Range(0, promptTokens)];
                var gather = new HostGather([.. copies], positions, 2 * _context.Shape.HeadDim, _store.Memory);
                copies.Clear();
                _filters[sequence, _settings.Followed[layer]]!.Following.Add(new FollowingLayer(layer, gather));
            }
        }

        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            for (int head = 0; head < _context.Shape.KeyValueHeads; head++)
            {
                _context.Caches[sequence].Layer(layer)[head].RetainsWeights = _filters[sequence, layer] is { Following.Count: > 0 };
            }
        }
    }

    /// <inheritdoc/>
    public void FetchBeforeAttention(in DecodeStep step)
    {
        int filter = _settings.Followed[step.Layer];
        if (filter < 0)
        {
            return;
        }

        _store.Arrivals.Clear();
        foreach (int sequence in step.Sequences)
        {
            foreach (FollowingLayer following in _filters[sequence, filter]!.Following)
            {
                if (following.Layer == step.Layer)
                {
                    Receive(following, sequence);
                }
            }
        }

        _store.Arrivals.Scatter();
    }

    /// <inheritdoc/>
    public void OnAttention(in DecodeStep step)
    {
        _steps.Clear();
        int splits = 0, longest = 0;
        for (int row = 0; row < step.Sequences.Length; row++)
        {
            if (_filters[step.Sequences[row], step.Layer] is { Following.Count: > 0 } filter)
            {
                int own = (filter.Range.Tokens + step.Items.SplitTokens - 1) / step.Items.SplitTokens;
                filter.Step(_scores.FactorFloats(own));
                _steps.Add(new Step(filter, step.Sequences[row], row * _context.Shape.KeyValueHeads));
                (splits, longest) = (Math.Max(splits, own), Math.Max(longest, filter.Range.Tokens));
            }
        }

        if (_steps.Count == 0)
        {
            return;
        }

        _store.ReserveScratch(0, longest);

        var scale = new ScaleWork { Tier = this, Items = step.Items };
        _context.Workers.Run(ref scale, _steps.Count);
        var score = new ScoreWork { Tier = this, Items = step.Items, Splits = splits };
        _context.Workers.Run(ref score, _steps.Count * splits);
        var choose = new ChooseWork { Tier = this };
        _context.Workers.Run(ref choose, _steps.Count);
        foreach (Step chosen in _steps)
        {
            Ask(chosen);
        }
    }

    /// <inheritdoc/>
    public void Clear(int sequence)
    {
        for (int layer = 0; layer < _context.Shape.Layers; layer++)
        {
            _copies[sequence, layer].ForEach(static copy => copy.Dispose());
            _copies[sequence, layer].Clear();
            _filters[sequence, layer]?.Clear();
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
        for (int sequence = 0; sequence < _context.Caches.Count; sequence++)
        {
            Clear(sequence);
        }

        _store.Dispose();
        foreach (FilterLayer? filter in _filters)
        {
            filter?.Dispose();
        }

        _promptRows.Dispose();
    }

    /// <summary>Gives a head all its tokens, in order, whatever the selection left out.</summary>
    private void HoldAll(in PlacementContext context)
    {
        SequenceCache cache = _context.Caches[context.Sequence];
        int tokens = context.Positions.Length, pageTokens = _context.Pool.Layout.PageTokens, d = context.HeadDim;
        cache.Resize(context.Layer, context.Head, tokens);
        PageTable* table = cache.Layer(context.Layer) + context.Head;
        for (int row = 0; row < tokens; row++)
        {
            float* key = context.KeyTiles + ((nint)(row / KeyTiles.Tokens) * KeyTiles.Tokens * d) + (row % KeyTiles.Tokens);
            float* value = context.Values + ((nint)row * context.ValueStride);
            _context.Writer.Write(
                _context.Pool.Address(table->Pages[row / pageTokens]), row % pageTokens, key, KeyTiles.Tokens, value, context.Positions[row]);
        }
    }

    /// <summary>Asks the worker for what a filter layer chose, for the nearest layer first.</summary>
    private void Ask(Step chosen)
    {
        _store.Counters.Triggers++;
        foreach (FollowingLayer following in chosen.Filter.Following)
        {
            if (following.Gather.IsUnderWay)
            {
                // A step that was broken off never came to this layer.
                _store.Arrivals.Clear();
                Receive(following, chosen.Sequence);
                _store.Arrivals.Scatter();
            }

            if (following.Gather.Request(_store.Worker) is { } full)
            {
                _store.Counters.Failed(full);
            }
        }
    }

    private void Receive(FollowingLayer following, int sequence)
    {
        int buffer = following.Gather.Receive(wait: true, _store.Counters, out Exception? failure);
        if (failure is not null)
        {
            _store.Counters.Failed(failure);
        }

        _store.Arrivals.Add(following.Gather, buffer, following.Layer, sequence);
    }
}
