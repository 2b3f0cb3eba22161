using KvCompose.Cache;

namespace KvCompose.Sessions;

/// <summary>Random content, to measure decoding at a depth without processing a prompt.</summary>
public abstract unsafe partial class KvSession<TTransformer>
{
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

    /// <summary>Fills every layer with random tokens, slot by slot.</summary>
    private void FillRandomLayers(int sequence, int tokens, Random random)
    {
        SequenceCache cache = Cache(sequence);
        int width = Staged.HeadDim;
        float* row = stackalloc float[2 * width];
        for (int layer = 0; layer < Staged.Layers; layer++)
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

        FillWindows(sequence, tokens, random);
    }

    private void FillWindows(int sequence, int tokens, Random random)
    {
        _states[sequence].Begin();
        foreach ((_, WindowRing window) in WindowsOf(sequence))
        {
            int floats = window.RowFloats;
            using var rows = new Memory.NativeFloats(2L * floats);
            window.Reserve(tokens);
            for (int position = window.Begin(tokens); position < tokens; position++)
            {
                for (int i = 0; i < 2 * floats; i++)
                {
                    rows.Pointer[i] = random.NextSingle() - 0.5f;
                }

                window.Put(rows.Pointer, rows.Pointer + floats, position);
            }
        }
    }
}
