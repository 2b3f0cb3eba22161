using System.ComponentModel;
using System.Runtime.Intrinsics;
using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Attention;

/// <summary>What the last row of a prompt finds in every key: Σ over all query heads of q·k, neither scaled nor normalised.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class LastRowProducts
{
    /// <summary>Chooses tokens by their pooled products.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="shape">The heads.</param>
    /// <param name="queries">[tokens, Hq, d], rotated; only the last row is read.</param>
    /// <param name="keyTiles">The keys as <see cref="KeyTiles"/> packs them.</param>
    /// <param name="tokens">n.</param>
    /// <param name="pooling">How neighbours are smoothed.</param>
    /// <param name="kernel">Odd width of the smoothing.</param>
    /// <param name="count">How many tokens, from 0 to n.</param>
    /// <returns>The tokens with the highest products, ascending; ties go to the lower index.</returns>
    public static int[] Choose(
        WorkerPool workers, AttentionShape shape, float* queries, float* keyTiles, int tokens, PoolingKind pooling, int kernel, int count)
    {
        shape.Validate();
        int d = shape.HeadDim, tiles = KeyTiles.Count(tokens), reach = kernel / 2;
        var together = new float[shape.KeyValueHeads * d];
        float* last = queries + ((nint)(tokens - 1) * shape.QueryHeads * d);
        for (int i = 0; i < shape.QueryHeads * d; i++)
        {
            together[(i / (shape.GroupSize * d) * d) + (i % d)] += last[i];
        }

        var products = new float[tiles * KeyTiles.Tokens];
        var pooled = new float[tokens];
        var chosen = new int[count];
        fixed (float* query = together, sums = products, scores = pooled)
        fixed (int* indices = chosen)
        {
            var work = new TileSums { Query = query, Tiles = keyTiles, Sums = sums, Heads = shape.KeyValueHeads, HeadDim = d, TileCount = tiles };
            workers.Run(ref work, tiles);
            for (int token = 0; token < tokens; token++)
            {
                scores[token] = Pool(sums, Math.Max(0, token - reach), Math.Min(tokens - 1, token + reach), token, pooling, kernel);
            }

            TokenRanking.Choose(scores, 0, tokens, count, indices);
        }

        return chosen;
    }

    private static float Pool(float* sums, int first, int last, int token, PoolingKind pooling, int kernel)
    {
        if (pooling == PoolingKind.None)
        {
            return sums[token];
        }

        float sum = 0, largest = float.NegativeInfinity;
        for (int i = first; i <= last; i++)
        {
            sum += sums[i];
            largest = MathF.Max(largest, sums[i]);
        }

        return pooling == PoolingKind.Average ? sum / kernel : largest;
    }

    /// <summary>One tile of 16 keys under all key-value heads; the queries of a group are summed beforehand.</summary>
    private struct TileSums : IParallelWork
    {
        public float* Query;
        public float* Tiles;
        public float* Sums;
        public int Heads;
        public int HeadDim;
        public int TileCount;

        public readonly void Run(int tile, int worker)
        {
            Vector512<float> sum = Vector512<float>.Zero;
            for (int head = 0; head < Heads; head++)
            {
                float* keys = Tiles + ((((nint)head * TileCount) + tile) * HeadDim * KeyTiles.Tokens);
                for (int i = 0; i < HeadDim; i++)
                {
                    sum = Vector512.MultiplyAddEstimate(
                        Vector512.Load(keys + (i * KeyTiles.Tokens)), Vector512.Create(Query[(head * HeadDim) + i]), sum);
                }
            }

            sum.Store(Sums + ((nint)tile * KeyTiles.Tokens));
        }
    }
}
