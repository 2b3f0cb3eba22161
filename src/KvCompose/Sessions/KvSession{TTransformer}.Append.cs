using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Residency;
using KvCompose.Threading;

namespace KvCompose.Sessions;

/// <summary>Further tokens of a sequence in one pass. All but the last are stored after what heads hold; the last one is a decode step.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    private const int NoToken = -1;

    /// <inheritdoc/>
    public sealed override void Append(int sequence, ReadOnlySpan<int> tokens, CancellationToken cancellation = default)
    {
        Require(sequence);
        if (tokens.IsEmpty)
        {
            throw new ArgumentException("there is no token to append", nameof(tokens));
        }

        CheckTokens(tokens);
        Continue(sequence, _pending[sequence] == NoToken ? tokens.ToArray() : [_pending[sequence], .. tokens], cancellation);
    }

    private protected sealed override int PendingToken
    {
        get => _pending[0];
        set => _pending[0] = value;
    }

    /// <summary>Computes tokens after those of a sequence; as its prompt where it has none.</summary>
    private void Continue(int sequence, int[] tokens, CancellationToken cancellation)
    {
        if (_lengths[sequence] == 0)
        {
            Prefill(sequence, tokens, cancellation);
            return;
        }

        _batch.RequireWholeSteps(sequence, _lengths[sequence]);
        RequireContext(sequence, tokens.Length);
        cancellation.ThrowIfCancellationRequested();
        if (tokens.Length > 1)
        {
            AppendChunk(sequence, tokens.AsSpan(..^1), cancellation);
        }

        var step = new int[Sequences];
        Array.Fill(step, NoToken);
        step[sequence] = tokens[^1];
        Step(step, tokens.Length > 1 ? CancellationToken.None : cancellation);
        _turns[sequence].Set(_lengths[sequence], Logits(sequence));
        _states[sequence].Mark();
    }

    /// <summary>Appends all but the last token; pages for the last one are there afterwards, so that its step begins.</summary>
    private void AppendChunk(int sequence, ReadOnlySpan<int> tokens, CancellationToken cancellation)
    {
        SequenceCache cache = _caches[sequence];
        if (RewritesPages)
        {
            cache.OwnAll();
        }

        ReserveWindows(sequence, tokens.Length + 1);
        using var chunk = new AppendedChunk(Staged, cache, tokens.Length, _lengths[sequence], _widths.Queries, _widths.Keys);
        using StateCopy before = _states[sequence].Copy();
        try
        {
            Transformer.Embed(tokens, chunk.Hidden);
            for (int layer = 0, global = 0; layer < _facts.Length; layer++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (AppendUnstaged(sequence, layer, chunk, cancellation))
                {
                    continue;
                }

                ProjectLayer(layer, chunk.Hidden, chunk.Positions, chunk.Queries, chunk.Keys, chunk.Values);
                if (_facts[layer].Kind == LayerKind.SlidingWindow)
                {
                    AppendWindow(sequence, layer, chunk, cancellation);
                }
                else
                {
                    AppendLayer(sequence, global++, chunk, cancellation);
                }

                Pause();
            }

            cancellation.ThrowIfCancellationRequested();
        }
        catch
        {
            chunk.Undo();
            _states[sequence].Restore(before);
            ReturnWindows(sequence);
            throw;
        }

        chunk.Commit(Pool, State);
        _lengths[sequence] += tokens.Length;
        foreach (int token in tokens)
        {
            _histories[sequence].Continue(token);
        }

        _pending[sequence] = NoToken;
        _hasLogits[sequence] = false;
    }

    /// <summary>One layer of a chunk, from projected rows to the next layer's hidden states.</summary>
    private void AppendLayer(int sequence, int layer, AppendedChunk chunk, CancellationToken cancellation)
    {
        if (Tiers.Count > 0)
        {
            Items.Clear();
            float* last = chunk.Queries + ((nint)(chunk.Rows - 1) * Staged.QueryHeads * Staged.HeadDim);
            DecodeStep step = new() { Layer = layer, Sequences = [sequence], Positions = [chunk.Positions[^1]], Queries = last, Items = Items };
            foreach (IRetrievalTier tier in Tiers)
            {
                tier.FetchBeforeChunk(in step);
            }
        }

        chunk.Begin(layer);
        bool ends = _globals[layer] == _facts.Length - 1; // nobody asks what the last layer makes of these rows
        if (!ends || State.Collects)
        {
            AttendBehind(layer, chunk, cancellation);
        }

        var store = new StoreChunkWork { Session = this, Chunk = chunk, Layer = layer };
        Workers.Run(ref store, Shape.KeyValueHeads);
        if (!ends)
        {
            CompleteLayer(_globals[layer], chunk.Attended, chunk.Hidden, chunk.Rows);
        }
    }

    /// <summary>Attention of the rows over what every head holds and over the rows before, some heads at a time.</summary>
    private void AttendBehind(int layer, AppendedChunk chunk, CancellationToken cancellation)
    {
        AttentionShape shape = GlobalAttention;
        PageTable* tables = chunk.Cache.Layer(layer);
        float* logSumExp = State.Collects ? chunk.LogSumExp : null;
        for (int first = 0; first < Shape.KeyValueHeads;)
        {
            Span<AttendedKeys> sources = chunk.PlaceHeads(shape, first, head => chunk.Cache.Tokens(layer, head));
            var read = new ReadHeadsWork { Session = this, Chunk = chunk, Tables = tables, First = first };
            Workers.Run(ref read, sources.Length);
            if (HasReaders(_globals[layer]))
            {
                chunk.KeepSources(_globals[layer], shape, first);
            }

            CausalAttention.RunBehind(
                Workers, Workspace, shape, chunk.Queries, sources, first, chunk.Rows, chunk.Attended, logSumExp, [], cancellation);
            if (State.Collects)
            {
                ChunkCollection.Run(Workers, shape, chunk, sources, layer, first, State.Reduction);
            }

            first += sources.Length;
        }
    }

    private struct ReadHeadsWork : IParallelWork
    {
        public KvSession<TTransformer> Session;
        public AppendedChunk Chunk;
        public PageTable* Tables;
        public int First;

        public readonly void Run(int item, int worker)
        {
            AttendedKeys place = Chunk.Sources[item];
            Session.ReadTokens(Tables + First + item, place.Tiles, place.Values);
            Chunk.AppendRows(Session.GlobalAttention, First + item, place);
        }
    }

    private struct StoreChunkWork : IParallelWork
    {
        public KvSession<TTransformer> Session;
        public AppendedChunk Chunk;
        public int Layer;

        public readonly void Run(int head, int worker)
        {
            PageLayout layout = Session.Pool.Layout;
            PageState state = Session.State;
            PageTable* table = Chunk.Cache.Layer(Layer) + head;
            int place = Chunk.Place(Layer, head);
            for (int row = 0; row < Chunk.Rows; row++, place++)
            {
                nint source = (((nint)row * Session.Shape.KeyValueHeads) + head) * layout.HeadDim;
                Session.StoreToken(table, place, Chunk.Keys + source, Chunk.Values + source, Chunk.Positions[row]);
                if (state.OrderWord >= 0)
                {
                    *PageState.At(layout, Session.Pool.Address(table->Pages[place / layout.PageTokens]), state.OrderWord, place % layout.PageTokens) = place;
                }
            }
        }
    }
}
