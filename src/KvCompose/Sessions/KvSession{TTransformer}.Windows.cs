using KvCompose.Attention;
using KvCompose.Files;
using KvCompose.Threading;

namespace KvCompose.Sessions;

/// <summary>
/// Layers that no stage acts on: with a sliding window, with a fixed state, or without a cache of their own. Stages act on the global layers alone, and
/// count them from 0: whatever comes between two of them runs when the first is complete, and keeps what it needs by itself.
/// </summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    private const int NoSequence = -1;

    private readonly int[] _globals; // the model's layer of every global one
    private readonly LayerFacts[] _facts; // by layer of the model
    private readonly WindowRing?[][] _windows; // by sequence and layer of the model; null for a global one

    /// <summary>The model's dimensions as stages see them: only layers that see every token, and heads as the cache has them, whole vectors.</summary>
    protected TransformerShape Staged { get; }

    /// <summary>The bound of scaled scores in global layers; 0 for none.</summary>
    protected float SoftCap { get; }

    /// <summary>Whether there are layers that no stage acts on.</summary>
    private bool HasWindows => _globals.Length < _facts.Length;

    /// <summary>The heads of a global layer, and how their scores are bounded.</summary>
    protected AttentionShape GlobalAttention => new(Staged.QueryHeads, Staged.KeyValueHeads, Staged.HeadDim) { SoftCap = SoftCap };

    /// <summary>Embeds a prompt and runs the layers before the first global one.</summary>
    /// <param name="sequence">The sequence, or a negative number for a pass of which nothing is kept.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="buffers">Receives hidden states.</param>
    /// <param name="cancellation">Looked at between layers.</param>
    protected void BeginPrompt(int sequence, ReadOnlySpan<int> prompt, PrefillBuffers buffers, CancellationToken cancellation)
    {
        _shared.Clear();
        (_inPrompt, _projected) = (true, null);
        Transformer.Embed(prompt, buffers.Hidden);
        PromptBetween(sequence, 0, buffers, prompt.Length, cancellation);
    }

    /// <summary>Norm, projections and rotation of a global layer, with heads as the cache has them.</summary>
    /// <inheritdoc cref="ITransformer.Project"/>
    /// <exception cref="NonFiniteTokenException">An element of a key or value is not finite.</exception>
    protected void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
    {
        _appendedLayers = layer;
        ProjectLayer(_globals[layer], hidden, positions, queries, keys, values);
        _appendedLayers = layer + 1;
        if (_inPrompt && HasReaders(_globals[layer]))
        {
            _projected = new SharedPrompt((nint)keys, (nint)values, positions.ToArray());
        }
    }

    /// <summary>Completes a global layer of a prompt, and runs the layers up to the next one.</summary>
    /// <param name="sequence">As in <see cref="BeginPrompt"/>.</param>
    /// <param name="layer">The global layer.</param>
    /// <param name="attended">What its attention made of the rows, [tokens, Hq, d].</param>
    /// <param name="buffers">Hidden states and positions of the rows.</param>
    /// <param name="tokens">Rows that go on.</param>
    /// <param name="cancellation">Looked at between layers.</param>
    protected void CompletePrompt(int sequence, int layer, float* attended, PrefillBuffers buffers, int tokens, CancellationToken cancellation)
    {
        CompleteLayer(_globals[layer], attended, buffers.Hidden, tokens);
        PromptBetween(sequence, _globals[layer] + 1, buffers, tokens, cancellation);
        Pause();
    }

    /// <summary>Completes a global layer of a step, and runs the layers up to the next one.</summary>
    protected void CompleteRows(int layer)
    {
        CompleteLayer(_globals[layer], Queries, Hidden, _batch.Rows);
        StepBetween(_globals[layer] + 1);
    }

    /// <summary>
    /// As <see cref="ITransformer.Project"/> for a layer of the model, with heads as the cache has them. What a pipeline stores of a key or value that is no
    /// finite number would vanish in its pages and in the softmax without a word: such a one ends the prompt or step.
    /// </summary>
    private void ProjectLayer(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
    {
        Workspace.Sinks = (float*)_sinks[layer];
        Items.Sinks = (float*)_sinks[layer];
        Transformer.Project(layer, hidden, positions, queries, keys, values);
        (int headDim, int padded, int heads) = (_facts[layer].HeadDim, CacheDim(layer), _facts[layer].KeyValueHeads);
        bool owns = _facts[layer].ReadsLayer is null;
        if (owns)
        {
            FiniteTokens.Require(Workers, layer, positions, heads, headDim, keys, values);
        }

        if (headDim != padded)
        {
            HeadPadding.Widen(queries, (long)positions.Length * Shape.QueryHeads, headDim, MathF.Sqrt(padded / (float)headDim));
            if (owns)
            {
                HeadPadding.Widen(keys, (long)positions.Length * heads, headDim, 1);
                HeadPadding.Widen(values, (long)positions.Length * heads, headDim, 1);
            }
        }
    }

    /// <summary>As <see cref="ITransformer.Complete"/> for a layer of the model, with heads as the cache has them.</summary>
    private void CompleteLayer(int layer, float* attended, float* hidden, int rows)
    {
        if (_facts[layer].HeadDim != CacheDim(layer))
        {
            HeadPadding.Narrow(attended, (long)rows * Shape.QueryHeads, _facts[layer].HeadDim);
        }

        Transformer.Complete(layer, attended, hidden, rows);
    }

    /// <summary>A window for every layer that has one.</summary>
    private WindowRing?[] NewWindows()
        => [.. _facts.Select((facts, layer) => facts.Kind == LayerKind.SlidingWindow && facts.ReadsLayer is null
            ? new WindowRing(Pool, facts.KeyValueHeads, CacheDim(layer), facts) : null)];

    /// <summary>The windows of a sequence, with the layers that have them.</summary>
    private IEnumerable<(int Layer, WindowRing Window)> WindowsOf(int sequence)
    {
        for (int layer = 0; layer < _facts.Length && HasWindows; layer++)
        {
            if (_windows[sequence][layer] is { } window)
            {
                yield return (layer, window);
            }
        }
    }

    /// <summary>Makes room for more tokens; a step allocates nothing else.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached; nothing changes.</exception>
    private void ReserveWindows(int sequence, int more)
    {
        foreach (WindowRing? window in _windows[sequence])
        {
            window?.MarkCapacity();
        }

        try
        {
            foreach (WindowRing? window in _windows[sequence])
            {
                window?.Reserve(more);
            }
        }
        catch (CacheLimitException)
        {
            ReturnWindows(sequence);
            throw;
        }
    }

    /// <summary>Gives back the room that was made last, of tokens that did not stay.</summary>
    private void ReturnWindows(int sequence)
    {
        foreach (WindowRing? window in _windows[sequence])
        {
            window?.ReturnSpare();
        }
    }

    private AttentionShape AttentionOf(int layer)
        => new(Staged.QueryHeads, _facts[layer].KeyValueHeads, CacheDim(layer)) { SoftCap = _facts[layer].SoftCap };

    private void PromptWindow(int sequence, int layer, PrefillBuffers buffers, int tokens, CancellationToken cancellation)
    {
        ReadOnlySpan<int> positions = buffers.Positions.AsSpan(0, tokens);
        AttentionShape shape = AttentionOf(layer);
        ProjectLayer(layer, buffers.Hidden, positions, buffers.Queries, buffers.Keys, buffers.Values);
        KeyTiles.Pack(Workers, buffers.Keys, tokens, shape.KeyValueHeads, shape.HeadDim, buffers.Tiles);
        CausalAttention.RunWindow(
            Workers, Workspace, shape, buffers.Queries, buffers.Tiles, buffers.Values, FirstSeen(positions, positions, _facts[layer]), buffers.Queries,
            cancellation);
        KeepForReaders(layer, buffers, buffers.Keys, buffers.Values, positions);
        if (sequence != NoSequence)
        {
            WindowRing window = _windows[sequence][layer]!;
            window.Reserve(tokens);
            Put(window, buffers.Keys, buffers.Values, positions);
        }

        CompleteLayer(layer, buffers.Queries, buffers.Hidden, tokens);
    }

    private void StepWindow(int layer)
    {
        AttentionShape shape = AttentionOf(layer);
        Span<AttendedKeys> sources = stackalloc AttendedKeys[shape.KeyValueHeads];
        int owner = _facts[layer].ReadsLayer ?? layer;
        ProjectLayer(layer, Hidden, StepPositions, Queries, Keys, Values);
        for (int row = 0; row < _batch.Rows; row++)
        {
            WindowRing window = _windows[_batch.SequenceOf(row)][owner]!;
            nint source = (nint)row * window.RowFloats;
            if (owner == layer)
            {
                window.Put(Keys + source, Values + source, StepPositions[row]);
            }

            for (int head = 0; head < sources.Length; head++)
            {
                sources[head] = window.Attended(head);
            }

            float* queries = Queries + ((nint)row * shape.QueryHeads * shape.HeadDim);
            CausalAttention.RunBehind(Workers, Workspace, shape, queries, sources, 0, 1, queries, null, []);
        }

        _windowedLayers = layer + 1;
        CompleteLayer(layer, Queries, Hidden, _batch.Rows);
    }

    /// <summary>One windowed layer of a chunk. Its rows are put in when the chunk counts.</summary>
    private void AppendWindow(int sequence, int layer, AppendedChunk chunk, CancellationToken cancellation)
    {
        WindowRing window = _windows[sequence][layer]!;
        chunk.KeepRows(layer, window);
        if (layer == _facts.Length - 1)
        {
            return;
        }

        ReadOnlySpan<int> positions = [.. window.Positions(), .. chunk.Positions];
        int[] firstKeys = FirstSeen(positions, chunk.Positions, _facts[layer]);
        AttentionShape shape = AttentionOf(layer);
        for (int first = 0; first < shape.KeyValueHeads;)
        {
            Span<AttendedKeys> sources = chunk.PlaceHeads(shape, first, _ => window.Tokens);
            var read = new ReadWindowWork { Chunk = chunk, Window = window, Shape = shape, First = first };
            Workers.Run(ref read, sources.Length);
            if (HasReaders(layer))
            {
                chunk.KeepSources(layer, shape, first);
            }

            CausalAttention.RunBehind(
                Workers, Workspace, shape, chunk.Queries, sources, first, chunk.Rows, chunk.Attended, null, firstKeys, cancellation);
            first += sources.Length;
        }

        CompleteLayer(layer, chunk.Attended, chunk.Hidden, chunk.Rows);
    }

    /// <summary>The first key that each row sees through a window; both ascend.</summary>
    private static int[] FirstSeen(ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, LayerFacts facts)
    {
        var first = new int[rows.Length];
        for (int row = 0, key = 0; row < rows.Length; row++)
        {
            while (keys[key] < facts.FirstSeen(rows[row]))
            {
                key++;
            }

            first[row] = key;
        }

        return first;
    }

    /// <summary>Puts the rows of a prompt into an empty window: those that it still holds after the last one.</summary>
    private static void Put(WindowRing window, float* keys, float* values, ReadOnlySpan<int> positions)
    {
        nint stride = window.RowFloats;
        int begin = window.Begin(positions[^1] + 1);
        for (int row = 0; row < positions.Length; row++)
        {
            if (positions[row] >= begin)
            {
                window.Put(keys + (row * stride), values + (row * stride), positions[row]);
            }
        }
    }

    /// <summary>Bytes that the windows and states of one sequence take after a prompt.</summary>
    private long WindowBytes(int promptTokens)
    {
        long bytes = LayerStates.BytesOf(_facts);
        for (int layer = 0; layer < _facts.Length && HasWindows; layer++)
        {
            if (_facts[layer].Kind == LayerKind.SlidingWindow && _facts[layer].ReadsLayer is null)
            {
                bytes += WindowRing.BytesOf(promptTokens, _facts[layer].Window, _facts[layer].KeyValueHeads, CacheDim(layer));
            }
        }

        return bytes;
    }

    private void SaveWindows(int sequence, SectionWriter writer)
    {
        foreach ((_, WindowRing window) in WindowsOf(sequence))
        {
            window.Save(writer);
        }
    }

    private void ResumeWindows(int sequence, SectionReader reader, int length)
    {
        foreach ((int layer, WindowRing window) in WindowsOf(sequence))
        {
            window.Resume(reader, $"the window of layer {layer}", length);
        }
    }

    private struct ReadWindowWork : IParallelWork
    {
        public AppendedChunk Chunk;
        public WindowRing Window;
        public AttentionShape Shape;
        public int First;

        public readonly void Run(int item, int worker)
        {
            AttendedKeys place = Chunk.Sources[item];
            Window.Read(First + item, place.Tiles, place.Values);
            Chunk.AppendRows(Shape, First + item, place);
        }
    }
}
