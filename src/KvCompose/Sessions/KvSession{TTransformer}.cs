using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Memory;
using KvCompose.Sessions.Saved;
using KvCompose.Threading;
using KvCompose.Tiers;

namespace KvCompose.Sessions;

/// <summary>
/// The part of a session that does not depend on the combination of stages: sequences, buffers, checks. The loops over layers
/// are emitted into the derived class.
/// </summary>
/// <typeparam name="TTransformer">The model's struct.</typeparam>
public abstract unsafe partial class KvSession<TTransformer> : KvSession
    where TTransformer : struct, ITransformer
{
    private readonly int[] _lengths;
    private readonly TokenHistory[] _histories;
    private readonly SessionOptions _declared;
    private readonly int[] _sequenceOfRow;
    private readonly int[] _stepTokens;
    private readonly int[] _stepPositions;
    private readonly NativeFloats _hidden;
    private readonly NativeFloats _queries;
    private readonly NativeFloats _keys;
    private readonly NativeFloats _values;
    private readonly NativeFloats _logits;
    private readonly NativeFloats _scratch;
    private readonly SequenceCache[] _caches;
    private NativeFloats? _lines;
    private readonly string? _pageFolder;
    private readonly bool[] _hasLogits; // by sequence: whether the logits are those of its next token
    private readonly bool[] _inStep; // by sequence: whether a step has begun and not ended
    private int _rowCount;
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
    /// <exception cref="ModelMismatchException">The model has another shape.</exception>
    /// <exception cref="UnsupportedLayerException">The model has a layer with a window or a soft cap.</exception>
    /// <exception cref="StageOptionException">An option is out of range.</exception>
    protected KvSession(
        string pipeline, TTransformer transformer, PageLayout layout, int groupSize, int splitTokens, int scoreStride, int scratchFloats,
        SessionOptions options)
    {
        options.Validate();
        TransformerShape shape = transformer.Shape;
        Check(pipeline, "head dimension", layout.HeadDim, shape.HeadDim);
        Check(pipeline, "group size", groupSize, shape.GroupSize);
        UnsupportedLayerException.ThrowIfAny(transformer);
        Transformer = transformer;
        Workers = transformer.Workers;
        _pageFolder = options.PageFolder;
        Pool = new PagePool(layout, options.MaxCacheBytes);
        Items = new KvSplitPlan(groupSize, layout, splitTokens, scoreStride);
        Workspace = new AttentionWorkspace();
        ScratchFloats = (scratchFloats + 15) / 16 * 16;

        int rows = options.Sequences;
        _caches = new SequenceCache[rows];
        for (int i = 0; i < rows; i++)
        {
            _caches[i] = new SequenceCache(Pool, shape.Layers, shape.KeyValueHeads);
        }

        _declared = options;
        _lengths = new int[rows];
        _inStep = new bool[rows];
        _hasLogits = new bool[rows];
        _histories = [.. Enumerable.Range(0, rows).Select(static _ => new TokenHistory())];
        _sequenceOfRow = new int[rows];
        _stepTokens = new int[rows];
        _stepPositions = new int[rows];
        _hidden = new NativeFloats((long)rows * shape.Hidden);
        _queries = new NativeFloats((long)rows * shape.QueryHeads * shape.HeadDim);
        _keys = new NativeFloats((long)rows * shape.KeyValueHeads * shape.HeadDim);
        _values = new NativeFloats((long)rows * shape.KeyValueHeads * shape.HeadDim);
        _logits = new NativeFloats((long)rows * shape.Vocabulary);
        _scratch = new NativeFloats((long)Workers.Count * ScratchFloats);
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
            long tokens = 0;
            int heads = 0;
            for (int sequence = 0; sequence < Sequences; sequence++)
            {
                if (_lengths[sequence] == 0)
                {
                    continue;
                }

                heads += Shape.Layers * Shape.KeyValueHeads;
                PageTable* tables = _caches[sequence].Layer(0);
                for (int i = 0; i < Shape.Layers * Shape.KeyValueHeads; i++)
                {
                    tokens += tables[i].Tokens;
                }
            }

            return new CacheUsage(heads == 0 ? 0 : (double)tokens / heads, Pool.BytesHeld, Pool.PeakBytes, Pool.LimitBytes);
        }
    }

    /// <inheritdoc/>
    public sealed override TierUsage TierUsage => TierUsage.Of(Tiers);

    /// <summary>The model.</summary>
    protected TTransformer Transformer { get; }

    /// <summary>The model's threads.</summary>
    protected WorkerPool Workers { get; }

    /// <summary>The pages of all sequences.</summary>
    protected PagePool Pool { get; }

    /// <summary>Splits of the layer that is attended.</summary>
    protected KvSplitPlan Items { get; }

    /// <summary>Scratch memory of the prompt's attention.</summary>
    protected AttentionWorkspace Workspace { get; }

    /// <summary>Floats of scratch memory of one thread.</summary>
    protected int ScratchFloats { get; }

    /// <summary>Scratch memory, [threads, <see cref="ScratchFloats"/>].</summary>
    protected float* Scratch => _scratch.Pointer;

    /// <summary>Hidden states of the step, [rows, D].</summary>
    protected float* Hidden => _hidden.Pointer;

    /// <summary>Queries of the step, [rows, Hq, d]; attention overwrites them with its output.</summary>
    protected float* Queries => _queries.Pointer;

    /// <summary>Keys of the step, [rows, Hkv, d].</summary>
    protected float* Keys => _keys.Pointer;

    /// <summary>Values of the step, [rows, Hkv, d].</summary>
    protected float* Values => _values.Pointer;

    /// <summary>Tokens of the step, one a row.</summary>
    protected ReadOnlySpan<int> StepTokens => _stepTokens.AsSpan(0, _rowCount);

    /// <summary>Sequences of the step's rows.</summary>
    protected ReadOnlySpan<int> StepSequences => _sequenceOfRow.AsSpan(0, _rowCount);

    /// <summary>Positions of the step's tokens, one a row.</summary>
    protected ReadOnlySpan<int> StepPositions => _stepPositions.AsSpan(0, _rowCount);

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
            using var buffers = new PrefillBuffers(Shape, prompt.Length);
            _lengths[sequence] = PrefillLayers(sequence, prompt, buffers, cancellation);
            _histories[sequence].Begin(prompt, Shape.Context - _lengths[sequence]);
            _hasLogits[sequence] = true;
        }
        catch
        {
            Clear(sequence);
            throw;
        }
    }

    /// <inheritdoc/>
    public sealed override void FillRandom(int tokens, int seed = 0, int sequence = 0)
    {
        Require(sequence);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        if (tokens > Shape.Context)
        {
            throw new ContextExceededException(tokens, Shape.Context);
        }

        Clear(sequence);
        try
        {
            FillRandomLayers(sequence, tokens, new Random(seed));
            _lengths[sequence] = tokens;
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
            ? new ReadOnlySpan<float>(_logits.Pointer + ((nint)sequence * Shape.Vocabulary), Shape.Vocabulary)
            : throw new InvalidOperationException(_lengths[sequence] == 0
                ? $"sequence {sequence} has no prompt"
                : $"sequence {sequence} has no logits: it was filled with random tokens and has made no step since");
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
        return _caches[sequence].Positions(layer, head);
    }

    /// <inheritdoc/>
    public sealed override void Clear(int sequence = 0)
    {
        Require(sequence);
        foreach (IRetrievalTier tier in Tiers)
        {
            tier.Clear(sequence);
        }

        _caches[sequence].Clear();
        _lengths[sequence] = 0;
        _inStep[sequence] = false;
        _hasLogits[sequence] = false;
        _histories[sequence].Clear();
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

        foreach (SequenceCache cache in _caches)
        {
            cache.Dispose();
        }

        Pool.Dispose();
        Items.Dispose();
        Workspace.Dispose();
        _hidden.Dispose();
        _queries.Dispose();
        _keys.Dispose();
        _values.Dispose();
        _logits.Dispose();
        _scratch.Dispose();
        _lines?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The emitted loop over the layers of a prompt. Ends by calling <see cref="PromptLogits"/>.</summary>
    /// <returns>The position of the next token: the prompt's length, or that of the prompt that it was filtered to.</returns>
    protected abstract int PrefillLayers(int sequence, ReadOnlySpan<int> prompt, PrefillBuffers buffers, CancellationToken cancellation);

    /// <summary>Writes one token into a slot of a head, as the pipeline's storage keeps it.</summary>
    /// <param name="table">The head's table, which has a page for the slot.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="key">[d].</param>
    /// <param name="value">[d].</param>
    /// <param name="position">The token's position.</param>
    protected abstract void StoreToken(PageTable* table, int slot, float* key, float* value, int position);

    /// <summary>Fills every layer with random tokens, slot by slot.</summary>
    private void FillRandomLayers(int sequence, int tokens, Random random)
    {
        SequenceCache cache = Cache(sequence);
        int width = Shape.HeadDim;
        float* row = stackalloc float[2 * width];
        for (int layer = 0; layer < Shape.Layers; layer++)
        {
            for (int head = 0; head < Shape.KeyValueHeads; head++)
            {
                cache.Resize(layer, head, tokens);
                PageTable* table = cache.Layer(layer) + head;
                for (int slot = 0; slot < tokens; slot++)
                {
                    for (int i = 0; i < 2 * width; i++)
                    {
                        row[i] = random.NextSingle() - 0.5f;
                    }

                    StoreToken(table, slot, row, row + width, slot);
                }
            }
        }
    }

    /// <summary>What holds the tokens that may come back: a tier for every stage that opens one.</summary>
    protected virtual IReadOnlyList<IRetrievalTier> Tiers => [];

    /// <summary>The profile that a session was opened with.</summary>
    /// <exception cref="StageOptionException">There is none.</exception>
    /// <exception cref="HeadProfileException">It is of another model.</exception>
    protected HeadProfile RequireProfile(string pipeline, HeadProfile? profile)
    {
        if (profile is null)
        {
            throw new StageOptionException(pipeline, nameof(HeadBudgetContext.Profile), "not set", "a profile of the model's heads");
        }

        profile.RequireModel(Shape);
        return profile;
    }

    /// <summary>Lets a head-role stage compare its options with the profile.</summary>
    /// <exception cref="StageOptionException">They do not fit.</exception>
    protected static void CheckRoles<TRole>(in TRole options, HeadProfile profile)
        where TRole : unmanaged, IHeadRole<TRole>
        => TRole.Check(in options, profile);

    /// <summary>The scores of a profile as a head-role stage prepares them for a prompt.</summary>
    /// <param name="options">The stage.</param>
    /// <param name="scores">[layers, <paramref name="scoredHeads"/>].</param>
    /// <param name="scoredHeads">Heads of a layer that the profile scores.</param>
    protected double[] PrepareHeads<TRole>(in TRole options, ReadOnlySpan<double> scores, int scoredHeads)
        where TRole : unmanaged, IHeadRole<TRole>
    {
        double[] prepared = scores.ToArray();
        TRole.Prepare(in options, new HeadScoreTable(prepared, scoredHeads, Shape.KeyValueHeads));
        return prepared;
    }

    /// <summary>What a tier is opened with.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="writer">The pipeline's storage.</param>
    /// <param name="sinks">Tokens at the start that are always kept.</param>
    /// <param name="window">Tokens at the end that are always kept.</param>
    protected TierContext TierContext(string pipeline, PageWriter writer, int sinks, int window) => new()
    {
        Pipeline = pipeline, Shape = Shape, Pool = Pool, Caches = _caches, Writer = writer, Workers = Workers, Sinks = sinks, Window = window,
        PageFolder = _pageFolder,
    };

    /// <summary>Scratch memory for lines of tokens, [threads, <paramref name="floats"/>]; grows with the longest line, its content is undefined.</summary>
    protected float* Lines(long floats)
    {
        _lines = NativeFloats.AtLeast(_lines, Workers.Count * floats);
        return _lines.Pointer;
    }

    /// <summary>The cache of a sequence.</summary>
    protected SequenceCache Cache(int sequence) => _caches[sequence];

    /// <summary>The tables of the sequence that a row of the step belongs to, [Hkv].</summary>
    protected PageTable* Tables(int row, int layer) => _caches[_sequenceOfRow[row]].Layer(layer);

    /// <summary>Computes the logits of a prompt's last row.</summary>
    protected void PromptLogits(int sequence, float* lastHidden)
        => Transformer.Logits(lastHidden, 1, _logits.Pointer + ((nint)sequence * Shape.Vocabulary));

    /// <summary>Checks a step, makes room for one token in every head, and lays out its rows.</summary>
    /// <returns>Rows of the step.</returns>
    protected int BeginStep(ReadOnlySpan<int> tokens, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellation.ThrowIfCancellationRequested();
        if (tokens.Length != Sequences)
        {
            throw new ArgumentException($"{tokens.Length} tokens for {Sequences} sequences", nameof(tokens));
        }

        _rowCount = 0;
        for (int sequence = 0; sequence < tokens.Length; sequence++)
        {
            if (tokens[sequence] < 0)
            {
                continue;
            }

            CheckTokens(tokens.Slice(sequence, 1));
            if (_lengths[sequence] == 0)
            {
                throw new ArgumentException($"sequence {sequence} has no prompt", nameof(tokens));
            }

            RequireWholeSteps(sequence);

            if (_lengths[sequence] >= Shape.Context)
            {
                throw new ContextExceededException(_lengths[sequence] + 1, Shape.Context);
            }

            _sequenceOfRow[_rowCount] = sequence;
            _stepTokens[_rowCount] = tokens[sequence];
            _stepPositions[_rowCount] = _lengths[sequence];
            _rowCount++;
        }

        for (int row = 0; row < _rowCount; row++)
        {
            _caches[_sequenceOfRow[row]].ReserveOne();
        }

        foreach (int sequence in StepSequences)
        {
            _inStep[sequence] = true;
        }

        return _rowCount;
    }

    /// <summary>Computes the step's logits and counts its tokens.</summary>
    protected void EndStep()
    {
        for (int row = 0; row < _rowCount; row++)
        {
            _lengths[_sequenceOfRow[row]]++;
            _inStep[_sequenceOfRow[row]] = false;
            _hasLogits[_sequenceOfRow[row]] = true;
            _histories[_sequenceOfRow[row]].Continue(StepTokens[row]);
        }

        if (_rowCount == Sequences)
        {
            Transformer.Logits(Hidden, _rowCount, _logits.Pointer);
            return;
        }

        for (int row = 0; row < _rowCount; row++)
        {
            float* logits = _logits.Pointer + ((nint)_sequenceOfRow[row] * Shape.Vocabulary);
            Transformer.Logits(Hidden + ((nint)row * Shape.Hidden), 1, logits);
        }
    }

    /// <summary>Compares a dimension that the pipeline was compiled for with the model's.</summary>
    /// <exception cref="ModelMismatchException">They differ.</exception>
    protected static void Check(string pipeline, string dimension, int compiled, int actual)
    {
        if (compiled != actual)
        {
            throw new ModelMismatchException(pipeline, dimension, compiled, actual);
        }
    }

    private void RequireWholeSteps(int sequence)
    {
        if (_inStep[sequence])
        {
            throw new InvalidOperationException($"sequence {sequence}: an earlier step failed in the middle of position {_lengths[sequence]}; give it a prompt anew");
        }
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
