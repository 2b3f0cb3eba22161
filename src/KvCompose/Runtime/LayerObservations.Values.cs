using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Attention;
using KvCompose.Memory;
using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Runtime;

/// <summary>What values weigh in a layer's output.</summary>
public static unsafe partial class LayerObservations
{
    /// <summary>Rows of the output projection that are copied at a time.</summary>
    private const int OutputRows = 64;

    /// <summary>Floor of 1 − p.</summary>
    private const double LeastRest = 1e-6;

    /// <summary><see cref="AttentionStatistics.ValueNorm"/> of every token, [Hkv].</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="norms">Receives them.</param>
    public static void ValueNorm(in ObservedLayer layer, float* norms)
    {
        var work = new ValueNormWork { Layer = layer, Norms = norms };
        layer.Workers.Run(ref work, layer.Heads);
    }

    /// <summary><see cref="AttentionStatistics.OutputChange"/> of every token, [Hq].</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="window">Last rows whose outputs count.</param>
    /// <param name="changes">Receives them.</param>
    public static void OutputChange(in ObservedLayer layer, int window, float* changes)
    {
        var work = new OutputChangeWork { Layer = layer, Rows = Math.Min(window, layer.Tokens), Changes = changes };
        layer.Workers.Run(ref work, layer.QueryHeads);
    }

    /// <summary><see cref="AttentionStatistics.OutputNorm"/> of every token, [Hkv].</summary>
    /// <param name="layer">The layer, with its output projection.</param>
    /// <param name="norms">Receives them.</param>
    public static void OutputNorm(in ObservedLayer layer, float* norms)
    {
        int width = layer.QueryHeads * layer.HeadDim;
        using var tiles = new NativeFloats(KeyTiles.Floats(layer.Tokens, layer.Heads, layer.HeadDim));
        using var rows = new NativeFloats((long)OutputRows * width);
        KeyTiles.Pack(layer.Workers, layer.Values, layer.Tokens, layer.Heads, layer.HeadDim, tiles.Pointer);
        new Span<float>(norms, layer.Heads * layer.Stride).Clear();
        var work = new OutputNormWork { Layer = layer, Tiles = tiles.Pointer, Weights = rows.Pointer, Norms = norms };
        for (int first = 0; first < layer.Hidden; first += OutputRows)
        {
            work.Rows = Math.Min(OutputRows, layer.Hidden - first);
            layer.OutputWeights!(first, work.Rows, (nint)rows.Pointer);
            layer.Workers.Run(ref work, layer.Heads * layer.TileCount);
        }
    }

    private struct ValueNormWork : IParallelWork
    {
        public ObservedLayer Layer;
        public float* Norms;

        public readonly void Run(int head, int worker)
        {
            for (int token = 0; token < Layer.Tokens; token++)
            {
                Norms[((nint)head * Layer.Stride) + token] = TensorPrimitives.Norm<float>(new ReadOnlySpan<float>(Layer.Value(token, head), Layer.HeadDim));
            }
        }
    }

    private struct OutputNormWork : IParallelWork
    {
        public ObservedLayer Layer;
        public float* Tiles;
        public float* Weights;
        public float* Norms;
        public int Rows;

        public readonly void Run(int item, int worker)
        {
            int head = item / Layer.TileCount, tile = item % Layer.TileCount, d = Layer.HeadDim;
            float* values = Tiles + ((nint)item * Lanes * d);
            float* norms = Norms + ((nint)head * Layer.Stride) + (tile * Lanes);
            Vector512<float> sum = Vector512<float>.Zero;
            for (int member = 0; member < Layer.GroupSize; member++)
            {
                float* weights = Weights + (((head * Layer.GroupSize) + member) * d);
                for (int row = 0; row < Rows; row++)
                {
                    sum += Vector512.Abs(Product(weights + ((nint)row * Layer.QueryHeads * d), values, d));
                }
            }

            (Vector512.Load(norms) + (sum * Vector512.Create(1f / Layer.GroupSize))).Store(norms);
        }
    }

    private struct OutputChangeWork : IParallelWork
    {
        public ObservedLayer Layer;
        public int Rows;
        public float* Changes;

        public readonly void Run(int queryHead, int worker)
        {
            int head = queryHead / Layer.GroupSize, d = Layer.HeadDim, tokens = Layer.Tokens;
            float* changes = Changes + ((nint)queryHead * Layer.Stride);
            new Span<float>(changes, tokens).Clear();
            using var line = new NativeFloats(Layer.Stride + Lanes);
            float* output = stackalloc float[d];
            float scale = 1 / MathF.Sqrt(d);
            for (int row = tokens - Rows; row < tokens; row++)
            {
                // Probabilities of the row, then its output.
                int seen = row + 1;
                for (int tile = 0; tile < KeyTiles.Count(seen); tile++)
                {
                    Vector512<float> scores = Product(Layer.Query(row, queryHead), Layer.TilesOf(head) + ((nint)tile * Lanes * d), d) * Vector512.Create(scale);
                    (Layer.SoftCap > 0 ? ScoreCap.Of(scores * VectorExponential.Log2E, Layer.SoftCap) * VectorExponential.Ln2 : scores).Store(line.Pointer + (tile * Lanes));
                }

                // A sink takes a share and has no value.
                if (Layer.SinkLogits is not null)
                {
                    line.Pointer[seen] = Layer.SinkLogits[queryHead];
                }

                var probabilities = new Span<float>(line.Pointer, Layer.SinkLogits is null ? seen : seen + 1);
                TensorPrimitives.SoftMax<float>(probabilities, probabilities);
                new Span<float>(output, d).Clear();
                for (int token = 0; token < seen; token++)
                {
                    TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(Layer.Value(token, head), d), line.Pointer[token], new ReadOnlySpan<float>(output, d), new Span<float>(output, d));
                }

                for (int token = 0; token < seen; token++)
                {
                    double odds = line.Pointer[token] / (1 - line.Pointer[token] + LeastRest);
                    float distance = TensorPrimitives.Distance<float>(new ReadOnlySpan<float>(Layer.Value(token, head), d), new ReadOnlySpan<float>(output, d));
                    changes[token] += (float)(odds * odds * distance * distance);
                }
            }
        }
    }

    /// <summary>The products of a row [d] and 16 rows of a tile.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector512<float> Product(float* row, float* tile, int d)
    {
        Vector512<float> p0 = Vector512<float>.Zero, p1 = p0, p2 = p0, p3 = p0;
        for (int i = 0; i < d; i += 4, row += 4, tile += 4 * Lanes)
        {
            p0 = Vector512.MultiplyAddEstimate(Vector512.Create(row[0]), Vector512.Load(tile), p0);
            p1 = Vector512.MultiplyAddEstimate(Vector512.Create(row[1]), Vector512.Load(tile + Lanes), p1);
            p2 = Vector512.MultiplyAddEstimate(Vector512.Create(row[2]), Vector512.Load(tile + (2 * Lanes)), p2);
            p3 = Vector512.MultiplyAddEstimate(Vector512.Create(row[3]), Vector512.Load(tile + (3 * Lanes)), p3);
        }

        return (p0 + p1) + (p2 + p3);
    }
}
