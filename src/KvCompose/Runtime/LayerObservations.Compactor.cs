using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Runtime;

/// <summary>Leverage of keys, and attention inside chunks.</summary>
public static unsafe partial class LayerObservations
{
    /// <summary>Dimensions of the sketch that leverage is estimated in.</summary>
    public const int SketchDimensions = 48;

    private const double Ridge = 0.01, LeastDeviation = 1e-6;

    /// <summary><see cref="AttentionStatistics.Leverage"/> of the tokens between sinks and window, [Hkv].</summary>
    /// <param name="layer">The layer, with its rotation.</param>
    /// <param name="sinks">First tokens, which count in nothing.</param>
    /// <param name="window">Last tokens, likewise.</param>
    /// <param name="seed">Seeds the sketch.</param>
    /// <param name="leverages">Receives them.</param>
    public static void Leverage(in ObservedLayer layer, int sinks, int window, int seed, float* leverages)
    {
        var work = new LeverageWork { Layer = layer, First = sinks, Count = layer.Tokens - sinks - window, Seed = seed, Leverages = leverages };
        layer.Workers.Run(ref work, layer.Heads);
        Standardise(layer, sinks, work.Count, leverages);
    }

    /// <summary><see cref="AttentionStatistics.ChunkAttention"/> of the tokens between sinks and window, [Hkv].</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="sinks">First tokens, which count in nothing.</param>
    /// <param name="window">Last tokens, likewise.</param>
    /// <param name="chunk">Tokens of a chunk; the last one may be shorter.</param>
    /// <param name="received">Receives them.</param>
    public static void ChunkAttention(in ObservedLayer layer, int sinks, int window, int chunk, float* received)
    {
        int count = layer.Tokens - sinks - window, chunks = (count + chunk - 1) / chunk;
        using var sums = new NativeFloats((long)layer.QueryHeads * layer.Stride);
        var work = new ChunkAttentionWork { Layer = layer, First = sinks, Count = count, Chunk = chunk, Chunks = chunks, Sums = sums.Pointer };
        layer.Workers.Run(ref work, layer.QueryHeads * chunks);
        for (int head = 0; head < layer.Heads; head++)
        {
            float* own = received + ((nint)head * layer.Stride) + sinks;
            float* line = sums.Pointer + ((nint)head * layer.GroupSize * layer.Stride);
            for (int token = 0; token < count; token++)
            {
                float sum = 0;
                for (int member = 0; member < layer.GroupSize; member++)
                {
                    sum += line[((nint)member * layer.Stride) + token];
                }

                line[token] = sum / layer.GroupSize * TensorPrimitives.Norm<float>(new ReadOnlySpan<float>(layer.Value(sinks + token, head), layer.HeadDim));
            }

            for (int token = 0; token < count; token++)
            {
                own[token] = ((token > 0 ? line[token - 1] : 0) + line[token] + (token < count - 1 ? line[token + 1] : 0)) / 3;
            }
        }

        Standardise(layer, sinks, count, received);
    }

    /// <summary>Draws the sketch of a head: normal numbers of variance 1 / <see cref="SketchDimensions"/>, [d, <see cref="SketchDimensions"/>].</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="head">The key-value head.</param>
    /// <param name="headDim">d.</param>
    public static double[] Sketch(int seed, int layer, int head, int headDim)
    {
        ulong state = ((ulong)(uint)seed << 32) ^ ((ulong)(uint)layer << 16) ^ (uint)head;
        var sketch = new double[headDim * SketchDimensions];
        for (int i = 0; i < sketch.Length; i++)
        {
            // Box and Muller, on numbers of SplitMix64 in (0, 1].
            double radius = Math.Sqrt(-2 * Math.Log(Uniform(ref state))), angle = 2 * Math.PI * Uniform(ref state);
            sketch[i] = radius * Math.Cos(angle) / Math.Sqrt(SketchDimensions);
        }

        return sketch;
    }

    private static double Uniform(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (((mixed ^ (mixed >> 31)) >> 11) + 1) / (double)(1L << 53);
    }

    /// <summary>(x − mean) / deviation over all heads of the layer.</summary>
    private static void Standardise(in ObservedLayer layer, int first, int count, float* rows)
    {
        double sum = 0, squares = 0;
        long all = (long)layer.Heads * count;
        for (int head = 0; head < layer.Heads; head++)
        {
            sum += Total(new ReadOnlySpan<float>(rows + ((nint)head * layer.Stride) + first, count), 0, 1);
        }

        double mean = sum / all;
        for (int head = 0; head < layer.Heads; head++)
        {
            squares += Total(new ReadOnlySpan<float>(rows + ((nint)head * layer.Stride) + first, count), mean, 2);
        }

        double deviation = Math.Max(Math.Sqrt(squares / Math.Max(1, all - 1)), LeastDeviation);
        for (int head = 0; head < layer.Heads; head++)
        {
            foreach (ref float element in new Span<float>(rows + ((nint)head * layer.Stride) + first, count))
            {
                element = (float)((element - mean) / deviation);
            }
        }
    }

    /// <summary>The sum of the elements less a mean, or of the squares of that.</summary>
    private static double Total(ReadOnlySpan<float> elements, double mean, int power)
    {
        double total = 0;
        foreach (float element in elements)
        {
            double own = element - mean;
            total += power == 1 ? own : own * own;
        }

        return total;
    }

    private struct LeverageWork : IParallelWork
    {
        public ObservedLayer Layer;
        public int First;
        public int Count;
        public int Seed;
        public float* Leverages;

        public readonly void Run(int head, int worker)
        {
            int d = Layer.ModelHeadDim, k = SketchDimensions;
            float* key = stackalloc float[Layer.HeadDim];
            var mean = new double[d];
            for (int row = 0; row < Count; row++)
            {
                Turned(row, head, key);
                for (int i = 0; i < d; i++)
                {
                    mean[i] += key[i] / (double)Count;
                }
            }

            double[] sketch = Sketch(Seed, Layer.Layer, head, d);
            var rows = new double[(long)Count * k];
            var gram = new double[k * k];
            for (int row = 0; row < Count; row++)
            {
                Turned(row, head, key);
                Span<double> own = rows.AsSpan(row * k, k);
                for (int i = 0; i < d; i++)
                {
                    TensorPrimitives.MultiplyAdd(sketch.AsSpan(i * k, k), key[i] - mean[i], own, own);
                }

                for (int i = 0; i < k; i++)
                {
                    Span<double> line = gram.AsSpan(i * k, k);
                    TensorPrimitives.MultiplyAdd(own, own[i], line, line);
                }
            }

            Factor(gram, k);
            float* leverages = Leverages + ((nint)head * Layer.Stride) + First;
            for (int row = 0; row < Count; row++)
            {
                leverages[row] = (float)InverseForm(gram, k, rows.AsSpan(row * k, k));
            }
        }

        private readonly void Turned(int row, int head, float* key)
        {
            new ReadOnlySpan<float>(Layer.Key(First + row, head), Layer.HeadDim).CopyTo(new Span<float>(key, Layer.HeadDim));
            Layer.Rotation!.TurnBack(key, First + row);
        }

        /// <summary>The lower Cholesky factor of the matrix with a ridge, in its place.</summary>
        private static void Factor(double[] matrix, int k)
        {
            for (int row = 0; row < k; row++)
            {
                for (int column = 0; column <= row; column++)
                {
                    double rest = matrix[(row * k) + column] + (row == column ? Ridge : 0)
                        - TensorPrimitives.Dot<double>(matrix.AsSpan(row * k, column), matrix.AsSpan(column * k, column));
                    matrix[(row * k) + column] = row == column ? Math.Sqrt(rest) : rest / matrix[(column * k) + column];
                }
            }
        }

        /// <summary>xᵀ(LLᵀ)⁻¹x; x is overwritten.</summary>
        private static double InverseForm(double[] factor, int k, Span<double> x)
        {
            for (int row = 0; row < k; row++)
            {
                x[row] = (x[row] - TensorPrimitives.Dot<double>(factor.AsSpan(row * k, row), x[..row])) / factor[(row * k) + row];
            }

            return TensorPrimitives.Dot<double>(x, x);
        }
    }

    private struct ChunkAttentionWork : IParallelWork
    {
        public ObservedLayer Layer;
        public int First;
        public int Count;
        public int Chunk;
        public int Chunks;
        public float* Sums;

        public readonly void Run(int item, int worker)
        {
            int queryHead = item / Chunks, start = item % Chunks * Chunk, rows = Math.Min(Chunk, Count - start), d = Layer.HeadDim;
            int tiles = KeyTiles.Count(rows);
            using var keys = new NativeFloats((long)tiles * Lanes * d);
            using var line = new NativeFloats(2L * tiles * Lanes);
            Cache.StoredTokens.AppendKeys(
                Layer.Key(First + start, queryHead / Layer.GroupSize), (nint)Layer.Heads * d, rows, d, keys.Pointer, 0);
            float* sums = line.Pointer + (tiles * Lanes);
            Vector512<float> scale = Vector512.Create(1 / Layer.Widening); // the published logits are products alone
            for (int row = 0; row < rows; row++)
            {
                for (int tile = 0; tile < tiles; tile++)
                {
                    (Product(Layer.Query(First + start + row, queryHead), keys.Pointer + ((nint)tile * Lanes * d), d) * scale).Store(line.Pointer + (tile * Lanes));
                }

                var probabilities = new Span<float>(line.Pointer, rows);
                TensorPrimitives.SoftMax<float>(probabilities, probabilities);
                TensorPrimitives.Add(probabilities, new ReadOnlySpan<float>(sums, rows), new Span<float>(sums, rows));
            }

            new ReadOnlySpan<float>(sums, rows).CopyTo(new Span<float>(Sums + ((nint)queryHead * Layer.Stride) + start, rows));
        }
    }
}
