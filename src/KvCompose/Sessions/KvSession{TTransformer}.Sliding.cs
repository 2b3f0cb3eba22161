using KvCompose.Attention;
using KvCompose.Cache;
using KvCompose.Memory;

namespace KvCompose.Sessions;

/// <summary>
/// Sequences beyond the model's context: tokens after the sinks get lower positions, all by the same number, and their keys are rotated back by it. So the
/// oldest of them stands right after the sinks again. Source of positions in the cache: Xiao et al., arXiv 2309.17453.
/// </summary>
public abstract unsafe partial class KvSession<TTransformer>
{
    /// <summary>Tokens at the start of the sequence that never leave and never move.</summary>
    protected virtual int FixedTokens => 0;

    private protected sealed override ContextOverflow Overflow => _declared.Overflow;

    /// <summary>Refuses the option to slide, unless no layer of the model is the pipeline's.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="reason">Why it cannot.</param>
    /// <exception cref="StageOptionException">The session was opened with it.</exception>
    protected void RefuseSliding(string pipeline, string reason)
    {
        if (Overflow == ContextOverflow.Slide && Staged.Layers > 0)
        {
            throw new StageOptionException(pipeline, nameof(SessionOptions.Overflow), nameof(ContextOverflow.Slide), $"another one: {reason}");
        }
    }

    /// <summary>Requires that the model can give keys other positions, where sequences slide.</summary>
    private void RequireShifts(string pipeline)
    {
        bool blocks = _facts.Any(static facts => facts.InBlocks);
        if (Overflow == ContextOverflow.Slide && (blocks || !Transformer.ShiftsKeys))
        {
            throw new StageOptionException(
                pipeline, nameof(SessionOptions.Overflow), nameof(ContextOverflow.Slide),
                blocks ? "another one: layers of the model see blocks of positions, which would come to lie elsewhere"
                : "another one: the model cannot rotate keys to other positions");
        }
    }

    /// <summary>Requires room for more tokens in the model's context, and makes it where the sequence slides.</summary>
    /// <exception cref="ContextExceededException">There is none.</exception>
    private void RequireContext(int sequence, int more)
    {
        if (Overflow == ContextOverflow.Slide && _lengths[sequence] + (long)more > Shape.Context)
        {
            Slide(sequence);
        }

        if (_lengths[sequence] + (long)more > Shape.Context)
        {
            throw new ContextExceededException((int)Math.Min(int.MaxValue, _lengths[sequence] + (long)more), Shape.Context);
        }
    }

    private void Slide(int sequence)
    {
        int by = OldestMoving(sequence) - FixedTokens;
        if (by < 1)
        {
            return;
        }

        _caches[sequence].OwnAll();
        for (int layer = 0; layer < Staged.Layers; layer++)
        {
            for (int head = 0; head < Staged.KeyValueHeads; head++)
            {
                ShiftHead(_caches[sequence], layer, head, by);
            }
        }

        foreach ((int layer, WindowRing window) in WindowsOf(sequence))
        {
            window.Shift(by, (keys, rows) => ShiftKeys(layer, (float*)keys, rows, by));
        }

        _lengths[sequence] -= by;
        _histories[sequence].Remove(FixedTokens, by);
        _turns[sequence].Forget(_lengths[sequence]);
    }

    /// <summary>As <see cref="ITransformer.ShiftKeys"/>, with heads as the cache has them.</summary>
    private void ShiftKeys(int layer, float* keys, int rows, int by)
    {
        int headDim = _facts[layer].HeadDim;
        if (headDim == CacheDim(layer))
        {
            Transformer.ShiftKeys(layer, keys, rows, by);
            return;
        }

        HeadPadding.Narrow(keys, rows, headDim);
        Transformer.ShiftKeys(layer, keys, rows, by);
        HeadPadding.Widen(keys, rows, headDim, 1);
    }

    /// <summary>The lowest position that any head holds after the sinks.</summary>
    private int OldestMoving(int sequence)
    {
        int oldest = _lengths[sequence];
        for (int layer = 0; layer < Staged.Layers; layer++)
        {
            for (int head = 0; head < Staged.KeyValueHeads; head++)
            {
                foreach (int position in _caches[sequence].Positions(layer, head))
                {
                    oldest = position >= FixedTokens ? Math.Min(oldest, position) : oldest;
                }
            }
        }

        foreach ((_, WindowRing window) in WindowsOf(sequence))
        {
            oldest = Math.Min(oldest, window.Positions().DefaultIfEmpty(oldest).First());
        }

        return oldest;
    }

    /// <summary>Tokens are read, moved and stored again, in the same slots.</summary>
    private void ShiftHead(SequenceCache cache, int layer, int head, int by)
    {
        PageTable* table = cache.Layer(layer) + head;
        int tokens = table->Tokens, d = Staged.HeadDim, tiled = KeyTiles.Count(tokens) * KeyTiles.Tokens;
        using var tiles = new NativeFloats((long)tiled * d);
        using var values = new NativeFloats((long)tiled * d);
        using var keys = new NativeFloats((long)tokens * d);
        ReadTokens(table, tiles.Pointer, values.Pointer);
        for (int slot = 0; slot < tokens; slot++)
        {
            float* column = tiles.Pointer + ((nint)(slot / KeyTiles.Tokens) * KeyTiles.Tokens * d) + (slot % KeyTiles.Tokens);
            for (int i = 0; i < d; i++)
            {
                keys.Pointer[((nint)slot * d) + i] = column[i * KeyTiles.Tokens];
            }
        }

        ShiftKeys(_globals[layer], keys.Pointer, tokens, by);
        for (int slot = 0; slot < tokens; slot++)
        {
            int position = *cache.PositionAt(table, slot);
            if (position >= FixedTokens)
            {
                StoreToken(table, slot, keys.Pointer + ((nint)slot * d), values.Pointer + ((nint)slot * d), position - by);
            }
        }
    }
}
