using System.ComponentModel;
using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Residency;
using KvCompose.Sessions.Saved;

namespace KvCompose.Sessions;

/// <summary>
/// The part of a session that does not depend on the combination of stages: sequences, buffers, checks. The loops over layers
/// are emitted into the derived class.
/// </summary>
/// <typeparam name="TTransformer">The model's struct.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe partial class KvSession<TTransformer> : KvSession
    where TTransformer : struct, ITransformer
{
    private readonly int[] _lengths;
    private readonly TokenHistory[] _histories;
    private readonly SessionOptions _declared;
    private readonly DecodeBatch _batch;
    private readonly SessionBuffers _buffers;
    private readonly SequenceCache[] _caches;
    private readonly string? _pageFolder;
    private readonly int[] _pending; // by sequence: the token that was decoded last and is not in the cache
    private readonly TurnMark[] _turns;
    private readonly bool[] _hasLogits; // by sequence: whether the logits are those of its next token
    private bool _disposed;

    /// <summary>Opens a session.</summary>
    /// <param name="pipeline">The pipeline's name, for messages.</param>
    /// <param name="transformer">The model.</param>
    /// <param name="layout">The layout of the pipeline's pages.</param>
    /// <param name="groupSize">G that the pipeline was compiled for.</param>
    /// <param name="splitTokens">Longest split of a head that one work item attends to; a multiple of the page.</param>
    /// <param name="scoreStride">Floats from one query head's weights to the next where weights stay.</param>
    /// <param name="scratchFloats">Floats of scratch memory that every thread needs.</param>
    /// <param name="options">Limits.</param>
    /// <param name="padsHeads">Whether the layout may have wider heads than the model: whole vectors.</param>
    /// <exception cref="ModelMismatchException">The model has another shape.</exception>
    /// <exception cref="UnsupportedLayerException">Layers without a window bound their scores differently.</exception>
    /// <exception cref="KeyBiasException">The layout's codes cannot tell the model's keys apart.</exception>
    /// <exception cref="StageOptionException">An option is out of range.</exception>
    protected KvSession(
        string pipeline, TTransformer transformer, PageLayout layout, int groupSize, int splitTokens, int scoreStride, int scratchFloats,
        SessionOptions options, bool padsHeads = false)
    {
        options.Validate();
        TransformerShape shape = transformer.Shape;
        Check(pipeline, "head dimension", layout.HeadDim, padsHeads ? HeadPadding.Padded(shape.HeadDim) : shape.HeadDim);
        Check(pipeline, "group size", groupSize, shape.GroupSize);
        _facts = LayerFacts.Of(transformer);
        _globals = [.. Enumerable.Range(0, shape.Layers).Where(layer => _facts[layer].IsStaged)];
        SoftCap = UnsupportedLayerException.SharedSoftCap(_facts);
        Staged = shape with { Layers = _globals.Length, HeadDim = layout.HeadDim };
        if (layout.Quantised && !options.AcceptKeyBiases)
        {
            KeyBiasProbe.Require(pipeline, transformer, layout, _globals);
        }

        Transformer = transformer;
        Workers = transformer.Workers;
        _pageFolder = options.PageFolder;
        Pool = new PagePool(layout, options.MaxCacheBytes);
        Items = new KvSplitPlan(groupSize, layout, splitTokens, scoreStride) { SoftCap = SoftCap };
        Workspace = new AttentionWorkspace();
        _sinks = [.. Enumerable.Range(0, shape.Layers).Select(layer => (nint)transformer.Sinks(layer))];
        _widths = Widths();
        _firstReader = FirstReader();

        int rows = options.Sequences;
        _caches = new SequenceCache[rows];
        for (int i = 0; i < rows; i++)
        {
            _caches[i] = new SequenceCache(Pool, Staged.Layers, shape.KeyValueHeads);
        }

        _windows = [.. Enumerable.Range(0, rows).Select(_ => HasWindows ? NewWindows() : [])];
        _states = [.. Enumerable.Range(0, rows).Select(_ => new LayerStates(Pool, _facts))];

        _declared = options;
        _lengths = new int[rows];
        _histories = [.. Enumerable.Range(0, rows).Select(static _ => new TokenHistory())];
        _hasLogits = new bool[rows];
        _pending = new int[rows];
        Array.Fill(_pending, NoToken);
        _turns = [.. Enumerable.Range(0, rows).Select(static _ => new TurnMark())];
        _batch = new DecodeBatch(rows);
        RequireShifts(pipeline);
        _buffers = new SessionBuffers(Staged, rows, Workers.Count, scratchFloats, _widths.Queries, _widths.Keys);
    }

    /// <inheritdoc/>
    public sealed override TransformerShape Shape => Transformer.Shape;

    /// <inheritdoc/>
    public sealed override int Sequences => _lengths.Length;

    /// <inheritdoc/>
    public sealed override CacheUsage Usage
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            long tokens = 0, windowBytes = 0, stateBytes = 0;
            int heads = 0, own = _facts.Sum(static facts => facts.ReadsLayer is null && facts.Kind != LayerKind.FixedState ? facts.KeyValueHeads : 0);
            for (int sequence = 0; sequence < Sequences; sequence++)
            {
                if (_lengths[sequence] == 0)
                {
                    continue;
                }

                heads += own;
                stateBytes += _states[sequence].HeldBytes;
                PageTable* tables = _caches[sequence].Layer(0);
                for (int i = 0; i < Staged.Layers * Staged.KeyValueHeads; i++)
                {
                    tokens += tables[i].Tokens;
                }

                foreach ((int layer, WindowRing window) in WindowsOf(sequence))
                {
                    tokens += (long)window.Tokens * _facts[layer].KeyValueHeads;
                    windowBytes += window.HeldBytes;
                }
            }

            return new CacheUsage(heads == 0 ? 0 : (double)tokens / heads, Pool.BytesHeld, Pool.PeakBytes, Pool.LimitBytes)
            {
                WindowedLayers = _facts.Count(static facts => facts.Kind == LayerKind.SlidingWindow),
                WindowBytes = windowBytes,
                FixedStateLayers = _facts.Count(static facts => facts.Kind == LayerKind.FixedState),
                StateBytes = stateBytes,
                ReadingLayers = _facts.Count(static facts => facts.ReadsLayer is not null),
            };
        }
    }

    /// <inheritdoc/>
    public sealed override TierUsage TierUsage => TierUsage.Of(Tiers);

    /// <inheritdoc/>
    public sealed override void Prefill(int sequence, ReadOnlySpan<int> prompt, CancellationToken cancellation = default)
    {
        Require(sequence);
        if (prompt.IsEmpty)
        {
            throw new ArgumentException("the prompt is empty", nameof(prompt));
        }

        CheckTokens(prompt);
        if (prompt.Length > Shape.Context)
        {
            throw new ContextExceededException(prompt.Length, Shape.Context);
        }

        cancellation.ThrowIfCancellationRequested();
        Clear(sequence);
        try
        {
            using var buffers = new PrefillBuffers(Staged, prompt.Length, _widths.Queries, _widths.Keys);
            BeginAt(sequence, PrefillLayers(sequence, prompt, buffers, cancellation), prompt);
        }
        catch
        {
            Clear(sequence);
            throw;
        }
    }

    /// <inheritdoc/>
    public sealed override ReadOnlySpan<float> Logits(int sequence = 0)
    {
        Require(sequence);
        return _hasLogits[sequence]
            ? new ReadOnlySpan<float>(_buffers.Logits(sequence), Shape.Vocabulary)
            : throw new InvalidOperationException(_lengths[sequence] == 0
                ? $"sequence {sequence} has no prompt"
                : $"sequence {sequence} has no logits: it was filled with random tokens or rewound, and has made no step since");
    }

    /// <inheritdoc/>
    public sealed override int Length(int sequence = 0)
    {
        Require(sequence);
        return _lengths[sequence];
    }

    /// <inheritdoc/>
    public sealed override int[] Positions(int layer, int head, int sequence = 0)
    {
        Require(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)layer, (uint)Shape.Layers, nameof(layer));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)head, (uint)_facts[layer].KeyValueHeads, nameof(head));
        layer = _facts[layer].ReadsLayer ?? layer;
        return _facts[layer].Kind switch
        {
            LayerKind.SlidingWindow => _windows[sequence][layer]!.Positions(),
            LayerKind.FixedState => [],
            _ => _caches[sequence].Positions(Array.IndexOf(_globals, layer), head),
        };
    }

    /// <inheritdoc/>
    public sealed override void Clear(int sequence = 0)
    {
        Require(sequence);
        foreach (IRetrievalTier tier in Tiers)
        {
            tier.Clear(sequence);
        }

        foreach ((_, WindowRing window) in WindowsOf(sequence))
        {
            window.Clear();
        }

        _states[sequence].Clear();
        _caches[sequence].Clear();
        _lengths[sequence] = 0;
        _batch.Forget(sequence);
        _hasLogits[sequence] = false;
        _histories[sequence].Clear();
        _pending[sequence] = NoToken;
        _turns[sequence].Clear();
        if (Pool.PagesHeld == 0)
        {
            Pool.ResetPeak();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (IRetrievalTier tier in Tiers)
        {
            tier.Dispose();
        }

        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            foreach ((_, WindowRing window) in WindowsOf(sequence))
            {
                window.Dispose();
            }

            _states[sequence].Clear();
            _caches[sequence].Dispose();
        }

        _ownerKeys?.Dispose();

        Pool.Dispose();
        Items.Dispose();
        Workspace.Dispose();
        _buffers.Dispose();
        GC.SuppressFinalize(this);
    }

    private void CheckTokens(ReadOnlySpan<int> tokens)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)Shape.Vocabulary)
            {
                throw new ArgumentException($"token {i} is {tokens[i]}, but the vocabulary has {Shape.Vocabulary}", nameof(tokens));
            }
        }
    }

    private void Require(int sequence)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sequence, (uint)Sequences, nameof(sequence));
    }
}
