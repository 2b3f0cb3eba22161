using System.ComponentModel;
using KvCompose.Threading;

namespace KvCompose.Attention;

/// <summary>
/// The layout in which keys are read: for every key-value head, tiles of 16 tokens stored dimension by dimension,
/// [Hkv][⌈n / 16⌉][d][16]. One vector then holds one dimension of 16 keys, and scores need no horizontal sums.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class KeyTiles
{
    /// <summary>Tokens of a tile.</summary>
    public const int Tokens = 16;

    /// <summary>Tiles of one head.</summary>
    public static int Count(int tokens) => (tokens + Tokens - 1) / Tokens;

    /// <summary>Floats that the tiles of all heads take.</summary>
    public static long Floats(int tokens, int keyValueHeads, int headDim)
        => (long)Count(tokens) * Tokens * keyValueHeads * headDim;

    /// <summary>
    /// Packs keys [tokens, Hkv, d] into <paramref name="tiles"/>. The places after the last token become zero.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    public static void Pack(WorkerPool workers, float* keys, int tokens, int keyValueHeads, int headDim, float* tiles)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyValueHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        var work = new PackWork { Keys = keys, Count = tokens, Heads = keyValueHeads, HeadDim = headDim, Tiles = tiles };
        workers.Run(ref work, Count(tokens));
    }

    private struct PackWork : IParallelWork
    {
        public float* Keys;
        public float* Tiles;
        public int Count;
        public int Heads;
        public int HeadDim;

        public readonly void Run(int item, int worker)
        {
            int tilesPerHead = KeyTiles.Count(Count);
            int rows = Math.Min(Tokens, Count - (item * Tokens));
            nint stride = (nint)Heads * HeadDim;
            for (int head = 0; head < Heads; head++)
            {
                float* source = Keys + (item * Tokens * stride) + (head * HeadDim);
                float* tile = Tiles + ((((nint)head * tilesPerHead) + item) * HeadDim * Tokens);
                if (rows < Tokens)
                {
                    new Span<float>(tile, HeadDim * Tokens).Clear();
                }

                Transpose(source, stride, rows, HeadDim, tile);
            }
        }

        private static void Transpose(float* source, nint stride, int rows, int headDim, float* tile)
        {
            for (int i = 0; i < headDim; i++)
            {
                float* element = source + i;
                for (int row = 0; row < rows; row++, element += stride)
                {
                    tile[(i * Tokens) + row] = *element;
                }
            }
        }
    }
}
