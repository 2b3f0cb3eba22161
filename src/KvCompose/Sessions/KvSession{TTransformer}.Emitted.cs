using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Residency;
using KvCompose.Threading;

namespace KvCompose.Sessions;

/// <summary>What emitted sessions override and call: the loops over layers, the step's rows, buffers and tiers.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
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
    protected int ScratchFloats => _buffers.ScratchFloats;

    /// <summary>Scratch memory, [threads, <see cref="ScratchFloats"/>].</summary>
    protected float* Scratch => _buffers.Scratch;

    /// <summary>Hidden states of the step, [rows, D].</summary>
    protected float* Hidden => _buffers.Hidden;

    /// <summary>Queries of the step, [rows, Hq, d]; attention overwrites them with its output.</summary>
    protected float* Queries => _buffers.Queries;

    /// <summary>Keys of the step, [rows, Hkv, d].</summary>
    protected float* Keys => _buffers.Keys;

    /// <summary>Values of the step, [rows, Hkv, d].</summary>
    protected float* Values => _buffers.Values;

    /// <summary>Tokens of the step, one a row.</summary>
    protected ReadOnlySpan<int> StepTokens => _batch.Tokens;

    /// <summary>Sequences of the step's rows.</summary>
    protected ReadOnlySpan<int> StepSequences => _batch.Sequences;

    /// <summary>Positions of the step's tokens, one a row.</summary>
    protected ReadOnlySpan<int> StepPositions => _batch.Positions;

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

    /// <summary>Reads what a head holds, as attention sees it.</summary>
    /// <param name="table">The head's table.</param>
    /// <param name="tiles">Receives the keys, [⌈tokens / 16⌉][d][16].</param>
    /// <param name="values">Receives the values, [tokens][d].</param>
    protected abstract void ReadTokens(PageTable* table, float* tiles, float* values);

    /// <summary>What pages keep of their tokens beside positions.</summary>
    protected virtual PageState State => PageState.None;

    /// <summary>Whether a decode step may write to any page of a sequence, not only where its token goes.</summary>
    protected virtual bool RewritesPages => false;

    /// <summary>Whether every head keeps every token of a prompt at its position.</summary>
    protected virtual bool KeepsPrompts => false;

    /// <summary>What holds the tokens that may come back: a tier for every stage that opens one.</summary>
    protected virtual IReadOnlyList<IRetrievalTier> Tiers => [];

    /// <summary>The table of heads that a session was opened with: of all layers, or of those without a window.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="scores">The table; it may be of query heads or of key-value heads.</param>
    /// <exception cref="ModelMismatchException">It is of another model.</exception>
    protected HeadScores RequireHeadScores(string pipeline, HeadScores scores)
    {
        if (scores.Layers != Staged.Layers)
        {
            Check(pipeline, "layers", scores.Layers, Shape.Layers);
        }

        if (scores.HeadsPerLayer != Shape.KeyValueHeads)
        {
            Check(pipeline, "query heads", scores.HeadsPerLayer, Shape.QueryHeads);
        }

        return scores;
    }

    /// <summary>The profile that a session was opened with, of the layers without a window.</summary>
    /// <exception cref="StageOptionException">There is none.</exception>
    /// <exception cref="HeadProfileException">It is of another model.</exception>
    protected HeadProfile RequireProfile(string pipeline, HeadProfile? profile)
    {
        if (profile is null)
        {
            throw new StageOptionException(pipeline, nameof(HeadBudgetContext.Profile), "not set", "a profile of the model's heads");
        }

        if (HasWindows && profile.Layers == Staged.Layers)
        {
            profile.RequireModel(Staged);
            return profile;
        }

        profile.RequireModel(Shape);
        return HasWindows ? profile.OfLayers(_globals) : profile;
    }

    /// <summary>Lets a head-role stage compare its options with the profile.</summary>
    /// <exception cref="StageOptionException">They do not fit.</exception>
    protected static void CheckRoles<TRole>(in TRole options, HeadProfile profile)
        where TRole : unmanaged, IHeadRole<TRole>
        => TRole.Check(in options, profile);

    /// <summary>The scores of a table as a head-role stage prepares them for a prompt, [layers without a window, heads].</summary>
    /// <param name="options">The stage.</param>
    /// <param name="scores">What <see cref="RequireHeadScores"/> gave.</param>
    protected double[] PrepareHeads<TRole>(in TRole options, HeadScores scores)
        where TRole : unmanaged, IHeadRole<TRole>
    {
        int heads = scores.HeadsPerLayer;
        double[] table = scores.Values.ToArray();
        double[] prepared = scores.Layers != Staged.Layers ? [.. _globals.SelectMany(layer => table.AsSpan(layer * heads, heads).ToArray())] : table;
        TRole.Prepare(in options, new HeadScoreTable(prepared, heads, Shape.KeyValueHeads));
        return prepared;
    }

    /// <summary>What a tier is opened with.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="writer">The pipeline's storage.</param>
    /// <param name="sinks">Tokens at the start that are always kept.</param>
    /// <param name="window">Tokens at the end that are always kept.</param>
    protected TierContext TierContext(string pipeline, PageWriter writer, int sinks, int window) => new()
    {
        Pipeline = pipeline,
        Shape = Staged,
        SoftCap = SoftCap,
        Pool = Pool,
        Caches = _caches,
        Writer = writer,
        Workers = Workers,
        Sinks = sinks,
        Window = window,
        PageFolder = _pageFolder,
    };

    /// <summary>Scratch memory that grows with the longest sequence, [threads, <paramref name="floats"/>]; its content is undefined.</summary>
    protected float* ThreadScratch(long floats) => _buffers.ThreadScratch(floats);

    /// <summary>The cache of a sequence.</summary>
    protected SequenceCache Cache(int sequence) => _caches[sequence];

    /// <summary>The tables of the sequence that a row of the step belongs to, [Hkv].</summary>
    protected PageTable* Tables(int row, int layer) => _caches[_batch.SequenceOf(row)].Layer(layer);

    /// <summary>Computes the logits of a prompt's last row.</summary>
    protected void PromptLogits(int sequence, float* lastHidden)
        => Transformer.Logits(lastHidden, 1, _buffers.Logits(sequence));

    /// <summary>The emitted loop over the global layers of a decode step: <see cref="Project"/>, append, attend and complete every row.</summary>
    /// <param name="rows">Rows of the step, at least one; <see cref="Hidden"/> holds their embeddings.</param>
    protected abstract void DecodeLayers(int rows);

    /// <summary>Compares a dimension that the pipeline was compiled for with the model's.</summary>
    /// <exception cref="ModelMismatchException">They differ.</exception>
    protected static void Check(string pipeline, string dimension, int compiled, int actual)
    {
        if (compiled != actual)
        {
            throw new ModelMismatchException(pipeline, dimension, compiled, actual);
        }
    }
}
