using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Cache;

/// <summary>Reads what a head holds as attention sees it, whatever the storage: keys in tiles, [⌈n / 16⌉][d][16], and values, [n][d].</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class StoredTokens
{
    private const int Lanes = PageLayout.TileTokens;

    /// <summary>Reads the tokens of a head, in slot order; pages of a counted layout follow without gaps.</summary>
    /// <typeparam name="TStorage">How elements are stored.</typeparam>
    /// <param name="pool">Owns the pages.</param>
    /// <param name="table">The head.</param>
    /// <param name="tiles">Receives the keys; there is room for <paramref name="table"/>'s tokens in whole tiles.</param>
    /// <param name="values">Receives the values.</param>
    public static void Read<TStorage>(PagePool pool, PageTable* table, float* tiles, float* values)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        PageLayout layout = pool.Layout;
        int d = layout.HeadDim;
        for (int page = 0, token = 0; token < table->Tokens; page++)
        {
            byte* address = pool.Address(table->Pages[page]);
            int tokens = layout.HasPerPageCounts ? *(int*)(address + layout.CountOffset) : Math.Min(layout.PageTokens, table->Tokens - token);
            float* target = values + ((nint)token * d);
            if (layout.CompressesFullPages && tokens < layout.PageTokens)
            {
                ReadKeys<OpenElements>((byte*)table->Residual, layout, false, null, tokens, tiles, token);
                Copy(table->Residual + (layout.PageTokens * d), target, tokens * d);
            }
            else
            {
                ReadKeys<TStorage>(address, layout, layout.Quantised, layout.Pruned ? table->Channels : null, tokens, tiles, token);
                ReadValues<TStorage>(address, layout, tokens, target);
            }

            token += tokens;
        }
    }

    /// <summary>Puts keys after those that tiles hold already. The places after the last one in its tile become zero.</summary>
    /// <param name="keys">The first key; a key every <paramref name="stride"/> floats.</param>
    /// <param name="stride">Floats from one key to the next.</param>
    /// <param name="rows">How many.</param>
    /// <param name="headDim">d.</param>
    /// <param name="tiles">The tiles.</param>
    /// <param name="before">Keys that they hold.</param>
    public static void AppendKeys(float* keys, nint stride, int rows, int headDim, float* tiles, int before)
    {
        for (int row = 0; row < rows; row++, keys += stride)
        {
            int token = before + row;
            float* column = tiles + ((nint)(token / Lanes) * Lanes * headDim) + (token % Lanes);
            for (int i = 0; i < headDim; i++)
            {
                column[i * Lanes] = keys[i];
            }
        }

        int end = before + rows, padding = (Lanes - (end % Lanes)) % Lanes;
        for (int i = 0; i < headDim && padding > 0; i++)
        {
            new Span<float>(tiles + ((((nint)(end / Lanes) * headDim) + i) * Lanes) + (end % Lanes), padding).Clear();
        }
    }

    /// <summary>Keys of one page: whole vectors where its first token begins a tile, one by one elsewhere.</summary>
    private static void ReadKeys<TStorage>(byte* page, PageLayout layout, bool quantised, int* channels, int tokens, float* tiles, int token)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        int d = layout.HeadDim, stored = channels is null ? d : layout.KeyChannels;
        uint* codes = (uint*)(page + layout.KeyCodeOffset);
        float* lanes = stackalloc float[Lanes];
        for (int first = 0; first < tokens; first += Lanes)
        {
            int count = Math.Min(Lanes, tokens - first), at = token + first;
            float* tile = tiles + ((nint)(at / Lanes) * Lanes * d);
            if (channels is not null)
            {
                // Channels that a pruned key lacks count as zero. Pages of such a layout begin tiles.
                new Span<float>(tile, Lanes * d).Clear();
            }

            for (int i = 0; i < stored; i++)
            {
                Vector512<float> keys = TStorage.Load(page, ((nint)(first / Lanes) * Lanes * stored) + (i * Lanes));
                keys = quantised ? AffineCode.Decode(keys, codes[i]) : keys;
                int channel = channels is null ? i : channels[i];
                if (at % Lanes == 0)
                {
                    keys.Store(tile + (channel * Lanes));
                    continue;
                }

                keys.Store(lanes);
                Scatter(lanes, count, tiles, at, channel, d);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scatter(float* lanes, int count, float* tiles, int token, int channel, int headDim)
    {
        for (int i = 0; i < count; i++)
        {
            tiles[((((nint)((token + i) / Lanes) * headDim) + channel) * Lanes) + ((token + i) % Lanes)] = lanes[i];
        }
    }

    private static void ReadValues<TStorage>(byte* page, PageLayout layout, int tokens, float* values)
        where TStorage : unmanaged, IStorage<TStorage>
    {
        int d = layout.HeadDim;
        byte* block = page + layout.ValueOffset;
        uint* codes = (uint*)(page + layout.ValueCodeOffset);
        for (int row = 0; row < tokens; row++)
        {
            for (int i = 0; i < d; i += Lanes)
            {
                Vector512<float> elements = TStorage.Load(block, ((nint)row * d) + i);
                elements = layout.Quantised ? AffineCode.Decode(elements, codes[row]) : elements;
                elements.Store(values + ((nint)row * d) + i);
            }
        }
    }

    private static void Copy(float* source, float* target, int floats) => new ReadOnlySpan<float>(source, floats).CopyTo(new Span<float>(target, floats));

    /// <summary>The elements of a page that is not sealed yet.</summary>
    private readonly struct OpenElements : IStorage<OpenElements>
    {
        public static void Store(byte* block, nint index, float value) => ((float*)block)[index] = value;

        public static Vector512<float> Load(byte* block, nint index) => Vector512.Load((float*)block + index);
    }
}
