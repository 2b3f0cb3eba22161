using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>
/// What runs between two global layers: windows, fixed states, and layers that read the cache of an earlier one. The latter attend to what the earlier one
/// holds, so that whatever it gives up they do not see either.
/// </summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    private readonly LayerStates[] _states; // by sequence
    private readonly nint[] _sinks; // by layer of the model: its sinks, or 0
    private readonly (int Queries, int Keys) _widths; // floats of a row in the layer with the widest heads
    private readonly int _firstReader; // from this layer on all read others; the number of layers if the last does not
    private readonly Dictionary<int, SharedPrompt> _shared = []; // by layer that others read: its keys of the prompt
    private bool _inPrompt; // rather than in a step
    private SharedPrompt? _projected; // of the latest global layer of a prompt, if others read it: its keys as they are projected
    private NativeFloats? _ownerKeys;
    private int _ownerRead = -1; // the layer whose pages are in _ownerKeys
    private StateCopy?[] _stepStates = [];

    /// <summary>Refuses a pipeline that leaves tokens out of deeper layers, where the model has layers that need every token.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="stage">The stage that leaves tokens out.</param>
    /// <exception cref="PipelineRuleException">KVC2111: the model has such layers, and <see cref="SessionOptions.PropagateOverStates"/> is not set.</exception>
    protected void RefusePropagation(string pipeline, string stage)
    {
        int layer = Array.FindIndex(_facts, static facts => facts.Kind == LayerKind.FixedState || facts.ReadsLayer is not null);
        if (layer >= 0 && !_declared.PropagateOverStates)
        {
            string why = _facts[layer].ReadsLayer is { } owner ? $"reads the cache of layer {owner}" : "holds a fixed state";
            throw new PipelineRuleException(
                "KVC2111", $"'{stage}' of pipeline '{pipeline}' leaves tokens out of deeper layers, but layer {layer} of the model {why}: it needs every token");
        }
    }

    /// <summary>Elements of a head in the buffers and the cache of a layer: whole vectors.</summary>
    private int CacheDim(int layer) => _facts[layer].HeadDim == Shape.HeadDim ? Staged.HeadDim : HeadPadding.Padded(_facts[layer].HeadDim);

    private (int Queries, int Keys) Widths()
    {
        (int queries, int keys) = (Staged.QueryHeads * Staged.HeadDim, Staged.KeyValueHeads * Staged.HeadDim);
        for (int layer = 0; layer < _facts.Length; layer++)
        {
            int d = _facts[layer].Kind == LayerKind.FixedState ? 0 : CacheDim(layer);
            (queries, keys) = (Math.Max(queries, Staged.QueryHeads * d), Math.Max(keys, _facts[layer].KeyValueHeads * d));
        }

        return (queries, keys);
    }

    private int FirstReader()
    {
        int layer = _facts.Length;
        while (layer > 0 && _facts[layer - 1].ReadsLayer is not null)
        {
            layer--;
        }

        return layer;
    }

    private bool HasReaders(int layer) => Array.Exists(_facts, facts => facts.ReadsLayer == layer);

    /// <summary>Runs the layers of a prompt from a layer on, up to the next global one.</summary>
    private void PromptBetween(int sequence, int layer, PrefillBuffers buffers, int tokens, CancellationToken cancellation)
    {
        if (_projected is { } rows)
        {
            KeepForReaders(layer - 1, buffers, (float*)rows.Tiles, (float*)rows.Values, rows.Positions);
            _projected = null;
        }

        for (; layer < _facts.Length && !_facts[layer].IsStaged; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_facts[layer].Kind == LayerKind.FixedState)
            {
                AdvancePrompt(sequence, layer, buffers, tokens);
            }
            else if (_facts[layer].ReadsLayer is { } owner)
            {
                // Behind the last layer that caches anything, only the last token's results are asked for.
                ReadPrompt(layer, owner, buffers, layer >= _firstReader ? tokens - 1 : 0, tokens, cancellation);
            }
            else
            {
                PromptWindow(sequence, layer, buffers, tokens, cancellation);
            }
        }
    }

    private void AdvancePrompt(int sequence, int layer, PrefillBuffers buffers, int tokens)
    {
        if (sequence == NoSequence)
        {
            using var unkept = new NativeFloats(_facts[layer].StateFloats);
            Transformer.Advance(layer, buffers.Hidden, tokens, [(nint)unkept.Pointer]);
            return;
        }

        if (layer == _states[sequence].FirstLayer)
        {
            _states[sequence].Begin();
        }

        Transformer.Advance(layer, buffers.Hidden, tokens, [_states[sequence].Of(layer)]);
    }

    /// <summary>Keeps the keys and values of a prompt for layers that read them.</summary>
    private void KeepForReaders(int layer, PrefillBuffers buffers, float* keys, float* values, ReadOnlySpan<int> positions)
    {
        if (!HasReaders(layer))
        {
            return;
        }

        int tokens = positions.Length;
        AttentionShape shape = AttentionOf(layer);
        int width = shape.KeyValueHeads * shape.HeadDim;
        float* tiles = buffers.Block((long)KeyTiles.Count(tokens) * KeyTiles.Tokens * width);
        KeyTiles.Pack(Workers, keys, tokens, shape.KeyValueHeads, shape.HeadDim, tiles);
        float* copy = buffers.Block((long)tokens * width);
        Buffer.MemoryCopy(values, copy, (long)tokens * width * sizeof(float), (long)tokens * width * sizeof(float));
        _shared[layer] = new SharedPrompt((nint)tiles, (nint)copy, positions.ToArray());
    }

    /// <summary>A layer of a prompt that reads another's keys. Rows before the first are left as they are.</summary>
    private void ReadPrompt(int layer, int owner, PrefillBuffers buffers, int first, int tokens, CancellationToken cancellation)
    {
        AttentionShape shape = AttentionOf(layer);
        SharedPrompt shared = _shared[owner];
        float* hidden = buffers.Hidden + ((nint)first * Shape.Hidden);
        int rows = tokens - first, width = shape.QueryHeads * shape.HeadDim, held = shared.Positions.Length, tiles = KeyTiles.Count(held);
        ReadOnlySpan<int> positions = buffers.Positions.AsSpan(first, rows);
        ProjectLayer(layer, hidden, positions, buffers.Queries, buffers.Keys, buffers.Values);
        int[] seen = _facts[layer].Kind == LayerKind.SlidingWindow ? FirstSeen(shared.Positions, positions, _facts[layer]) : [];
        Span<AttendedKeys> sources = new AttendedKeys[shape.KeyValueHeads];
        for (int row = 0; row < rows;)
        {
            // Rows whose tokens stand one behind the other among the keys go together: all, unless tokens were left out.
            int place = Array.BinarySearch(shared.Positions, positions[row]), count = 1;
            while (row + count < rows && place + count < held && positions[row + count] == shared.Positions[place + count])
            {
                count++;
            }

            for (int head = 0; head < sources.Length; head++)
            {
                sources[head] = new AttendedKeys
                {
                    Tiles = (float*)shared.Tiles + ((nint)head * tiles * KeyTiles.Tokens * shape.HeadDim),
                    TileCount = tiles,
                    Values = (float*)shared.Values + (head * shape.HeadDim),
                    ValueStride = (nint)shape.KeyValueHeads * shape.HeadDim,
                    Before = place,
                };
            }

            float* queries = buffers.Queries + ((nint)row * width);
            CausalAttention.RunBehind(
                Workers, Workspace, shape, queries, sources, 0, count, queries, null, seen.Length == 0 ? [] : seen.AsSpan(row, count), cancellation);
            row += count;
        }

        CompleteLayer(layer, buffers.Queries, hidden, rows);
    }

    /// <summary>Runs the layers of a step from a layer on, up to the next global one.</summary>
    private void StepBetween(int layer)
    {
        for (; layer < _facts.Length && !_facts[layer].IsStaged; layer++)
        {
            if (_facts[layer].Kind == LayerKind.FixedState)
            {
                AdvanceStep(layer);
            }
            else if (_facts[layer].Kind == LayerKind.Full)
            {
                ReadStep(layer, Array.IndexOf(_globals, _facts[layer].ReadsLayer!.Value));
            }
            else
            {
                StepWindow(layer);
            }
        }
    }

    private void AdvanceStep(int layer)
    {
        Span<nint> states = _batch.Rows <= 64 ? stackalloc nint[_batch.Rows] : new nint[_batch.Rows];
        for (int row = 0; row < states.Length; row++)
        {
            states[row] = _states[_batch.SequenceOf(row)].Of(layer);
        }

        Transformer.Advance(layer, Hidden, _batch.Rows, states);
        _windowedLayers = layer + 1;
    }

    /// <summary>A layer of a step that reads the pages of a global one. They are read once for all layers that follow, where the step has one row.</summary>
    private void ReadStep(int layer, int owner)
    {
        AttentionShape shape = AttentionOf(layer);
        Span<AttendedKeys> sources = stackalloc AttendedKeys[shape.KeyValueHeads];
        ProjectLayer(layer, Hidden, StepPositions, Queries, Keys, Values);
        for (int row = 0; row < _batch.Rows; row++)
        {
            ReadOwner(_caches[_batch.SequenceOf(row)], owner, again: _batch.Rows > 1 || _ownerRead != owner, shape.HeadDim, sources);
            float* queries = Queries + ((nint)row * shape.QueryHeads * shape.HeadDim);
            CausalAttention.RunBehind(Workers, Workspace, shape, queries, sources, 0, 1, queries, null, []);
        }

        _windowedLayers = layer + 1;
        CompleteLayer(layer, Queries, Hidden, _batch.Rows);
    }

    private void ReadOwner(SequenceCache cache, int owner, bool again, int headDim, Span<AttendedKeys> sources)
    {
        long floats = 0;
        for (int head = 0; head < sources.Length; head++)
        {
            floats += 2L * KeyTiles.Count(cache.Tokens(owner, head)) * KeyTiles.Tokens * headDim;
        }

        _ownerKeys = NativeFloats.AtLeast(_ownerKeys, floats);
        float* free = _ownerKeys.Pointer;
        for (int head = 0; head < sources.Length; head++)
        {
            int tokens = cache.Tokens(owner, head), tiles = KeyTiles.Count(tokens);
            nint half = (nint)tiles * KeyTiles.Tokens * headDim;
            sources[head] = new AttendedKeys { Tiles = free, TileCount = tiles, Values = free + half, ValueStride = headDim, Before = tokens - 1 };
            if (again)
            {
                ReadTokens(cache.Layer(owner) + head, free, free + half);
            }

            free += 2 * half;
        }

        _ownerRead = owner;
    }

    /// <summary>A layer of a chunk that projects no keys. False for one that does.</summary>
    private bool AppendUnstaged(int sequence, int layer, AppendedChunk chunk, CancellationToken cancellation)
    {
        if (_facts[layer].Kind == LayerKind.FixedState)
        {
            Transformer.Advance(layer, chunk.Hidden, chunk.Rows, [_states[sequence].Of(layer)]);
            return true;
        }

        if (_facts[layer].ReadsLayer is not { } owner)
        {
            return false;
        }

        if (layer >= _firstReader)
        {
            return true; // Nobody asks what such layers make of these rows.
        }

        AttentionShape shape = AttentionOf(layer);
        ProjectLayer(layer, chunk.Hidden, chunk.Positions, chunk.Queries, chunk.Keys, chunk.Values);
        int[] seen = [];
        if (_facts[layer].Kind == LayerKind.SlidingWindow)
        {
            ReadOnlySpan<int> positions = [.. _windows[sequence][owner]!.Positions(), .. chunk.Positions];
            seen = FirstSeen(positions, chunk.Positions, _facts[layer]);
        }

        CausalAttention.RunBehind(
            Workers, Workspace, shape, chunk.Queries, chunk.KeptSources(owner), 0, chunk.Rows, chunk.Attended, null, seen, cancellation);
        CompleteLayer(layer, chunk.Attended, chunk.Hidden, chunk.Rows);
        return true;
    }

    /// <summary>A step that may be taken back keeps the states that it begins with: only those of tiers can fail behind its first layers.</summary>
    private void SaveStates()
    {
        (_ownerRead, _inPrompt) = (-1, false);
        if (_states[0].FirstLayer is not null && Pool.LimitBytes > 0 && (_tiers ??= Tiers).Count > 0)
        {
            _stepStates = [.. _batch.Sequences.ToArray().Select(sequence => _states[sequence].Copy())];
        }
    }

    private void RestoreStates()
    {
        for (int row = 0; row < _stepStates.Length; row++)
        {
            _states[_batch.SequenceOf(row)].Restore(_stepStates[row]!);
        }

        ForgetStates();
    }

    private void ForgetStates()
    {
        foreach (StateCopy? copy in _stepStates)
        {
            copy?.Dispose();
        }

        _stepStates = [];
    }

    /// <summary>Keys and values of a prompt: rows as they are projected, or keys in tiles.</summary>
    private sealed record SharedPrompt(nint Tiles, nint Values, int[] Positions);
}
