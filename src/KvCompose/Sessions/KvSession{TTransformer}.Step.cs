using KvCompose.Cache;
using KvCompose.Residency;

namespace KvCompose.Sessions;

/// <summary>A decode step: checks, room, the emitted loop over the layers, logits.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    private IReadOnlyList<IRetrievalTier>? _tiers;
    private int _appendedLayers; // global layers of the step that have taken its tokens
    private int _windowedLayers; // layers of the model up to which windows have taken them

    /// <inheritdoc/>
    public sealed override void Step(ReadOnlySpan<int> tokens, CancellationToken cancellation = default)
    {
        int rows = BeginStep(tokens, cancellation);
        if (rows == 0)
        {
            return;
        }

        Transformer.Embed(StepTokens, Hidden);
        try
        {
            StepBetween(0);
            DecodeLayers(rows);
        }
        catch (CacheLimitException)
        {
            // Pages that earlier layers brought in stay, as a next step would find them: they are chosen again.
            TakeBack(rows, _appendedLayers, rows);
            RestoreStates();
            _batch.End();
            throw;
        }

        EndStep();
    }

    /// <summary>Checks a step, makes room for one token in every head, and lays out its rows.</summary>
    /// <returns>Rows of the step.</returns>
    private int BeginStep(ReadOnlySpan<int> tokens, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellation.ThrowIfCancellationRequested();
        if (tokens.Length != Sequences)
        {
            throw new ArgumentException($"{tokens.Length} tokens for {Sequences} sequences", nameof(tokens));
        }

        _batch.Clear();
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

            _batch.RequireWholeSteps(sequence, _lengths[sequence]);
        }

        for (int sequence = 0; sequence < tokens.Length; sequence++)
        {
            if (tokens[sequence] >= 0)
            {
                RequireContext(sequence, 1); // which may give the sequence other positions
                _batch.Add(sequence, tokens[sequence], _lengths[sequence]);
            }
        }

        int reserved = 0, windows = 0;
        _windowedLayers = 0;
        try
        {
            for (; reserved < _batch.Rows; reserved++)
            {
                SequenceCache cache = _caches[_batch.SequenceOf(reserved)];
                if (RewritesPages)
                {
                    cache.OwnAll();
                }

                cache.ReserveOne();
            }

            for (; windows < _batch.Rows; windows++)
            {
                ReserveWindows(_batch.SequenceOf(windows), 1);
            }

            RequireRoomOfTiers();
        }
        catch (CacheLimitException)
        {
            TakeBack(reserved, layers: 0, windows);
            throw;
        }

        SaveStates();
        _batch.Begin();
        return _batch.Rows;
    }

    /// <summary>Where several tiers share a step, what one has seen of it cannot be taken back: the others require their room before it begins.</summary>
    private void RequireRoomOfTiers()
    {
        if (Pool.LimitBytes == 0 || (_tiers ??= Tiers).Count < 2)
        {
            return;
        }

        foreach (IRetrievalTier tier in _tiers)
        {
            tier.RequireRoom(_batch.Sequences);
        }
    }

    /// <summary>Takes the step's tokens and the room for them back from the sequences of the first rows.</summary>
    /// <param name="rows">Rows that have pages reserved.</param>
    /// <param name="layers">The first layers without a window, whose heads took the tokens.</param>
    /// <param name="windows">Rows that have room reserved in windows.</param>
    private void TakeBack(int rows, int layers, int windows)
    {
        for (int row = 0; row < rows; row++)
        {
            int sequence = _batch.SequenceOf(row);
            _caches[sequence].TakeBackOne(layers);
            for (int layer = 0; layer < _windowedLayers; layer++)
            {
                _windows[sequence][layer]?.TakeBack();
            }
        }

        for (int row = 0; row < windows; row++)
        {
            ReturnWindows(_batch.SequenceOf(row));
        }
    }

    /// <summary>Computes the step's logits and counts its tokens.</summary>
    private void EndStep()
    {
        _batch.End();
        ForgetStates();
        for (int row = 0; row < _batch.Rows; row++)
        {
            _lengths[_batch.SequenceOf(row)]++;
            _hasLogits[_batch.SequenceOf(row)] = true;
            _pending[_batch.SequenceOf(row)] = NoToken;
            _histories[_batch.SequenceOf(row)].Continue(StepTokens[row]);
        }

        if (_batch.Rows == Sequences)
        {
            Transformer.Logits(Hidden, _batch.Rows, _buffers.Logits(0));
            return;
        }

        if (_batch.Rows == 1)
        {
            Transformer.Logits(Hidden, 1, _buffers.Logits(_batch.SequenceOf(0)));
            return;
        }

        // One pass over the head's weights for all rows; the logits of sequences that sit out stay.
        float* logits = _buffers.RowLogits(_batch.Rows);
        Transformer.Logits(Hidden, _batch.Rows, logits);
        for (int row = 0; row < _batch.Rows; row++)
        {
            new ReadOnlySpan<float>(logits + ((nint)row * Shape.Vocabulary), Shape.Vocabulary)
                .CopyTo(new Span<float>(_buffers.Logits(_batch.SequenceOf(row)), Shape.Vocabulary));
        }
    }
}
