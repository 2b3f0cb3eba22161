using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Threading;

namespace KvCompose.Runtime;

/// <summary>Attention of queries that are still to come.</summary>
public static unsafe partial class LayerObservations
{
    /// <summary>Rows of the covariance that are summed in single precision, and of the quadratic form that are kept in registers.</summary>
    private const int MomentRows = 256, FormRows = 8;

    /// <summary><see cref="AttentionStatistics.ExpectedAttention"/> of every token, [Hq]; 0 for the sinks.</summary>
    /// <param name="layer">The layer, with its rotation.</param>
    /// <param name="sinks">First tokens, which count in nothing.</param>
    /// <param name="futureTokens">Positions ahead; the layer's rotation holds their average.</param>
    /// <param name="probabilities">Receives them.</param>
    public static void ExpectedAttention(in ObservedLayer layer, int sinks, int futureTokens, float* probabilities)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(futureTokens, 1);
        if (layer.Tokens <= sinks)
        {
            return;
        }

        var work = new ExpectedAttentionWork { Layer = layer, Sinks = sinks, Probabilities = probabilities };
        layer.Workers.Run(ref work, layer.QueryHeads);
    }

    private struct ExpectedAttentionWork : IParallelWork
    {
        public ObservedLayer Layer;
        public int Sinks;
        public float* Probabilities;

        public readonly void Run(int queryHead, int worker)
        {
            int d = Layer.HeadDim;
            using var form = new NativeFloats((long)d * d);
            using var direction = new NativeFloats(d);
            Moments(queryHead, direction.Pointer, form.Pointer);
            float* own = Probabilities + ((nint)queryHead * Layer.Stride);
            float* tiles = Layer.TilesOf(queryHead / Layer.GroupSize);
            for (int tile = 0; tile < Layer.TileCount; tile++)
            {
                Exponent(tiles + ((nint)tile * Lanes * d), d, direction.Pointer, form.Pointer).Store(own + (tile * Lanes));
            }

            var behind = new Span<float>(own + Sinks, Layer.Tokens - Sinks);
            TensorPrimitives.Subtract(behind, TensorPrimitives.Max<float>(behind), behind);
            TensorPrimitives.Exp(behind, behind);
            TensorPrimitives.Divide(behind, TensorPrimitives.Sum<float>(behind), behind);
            new Span<float>(own, Sinks).Clear();
        }

        /// <summary>μ/√d and Σ/(2d) of the queries behind the sinks, turned back and then as the future positions turn on average.</summary>
        private readonly void Moments(int queryHead, float* direction, float* form)
        {
            int d = Layer.HeadDim, rows = Layer.Tokens - Sinks;
            RotaryAngles rotation = Layer.Rotation!;
            var mean = new double[d];
            float* query = stackalloc float[d];
            for (int row = 0; row < rows; row++)
            {
                Turned(row, queryHead, query);
                for (int i = 0; i < d; i++)
                {
                    mean[i] += query[i] / (double)rows;
                }
            }

            using var block = new NativeFloats((long)d * d);
            var covariance = new double[d * d];
            for (int first = 0; first < rows; first += MomentRows)
            {
                new Span<float>(block.Pointer, d * d).Clear();
                for (int row = first; row < Math.Min(rows, first + MomentRows); row++)
                {
                    Turned(row, queryHead, query);
                    for (int i = 0; i < d; i++)
                    {
                        query[i] -= (float)mean[i];
                    }

                    AddOuter(query, d, block.Pointer);
                }

                for (int i = 0; i < covariance.Length; i++)
                {
                    covariance[i] += block.Pointer[i] / (double)rows;
                }
            }

            // R̄ΣR̄ᵀ: the rows of Σ are turned, then those of the transpose.
            rotation.TurnAhead(mean);
            Turn(covariance, d, rotation);
            Transpose(covariance, d);
            Turn(covariance, d, rotation);
            for (int i = 0; i < d; i++)
            {
                direction[i] = (float)(mean[i] / Math.Sqrt(d));
            }

            for (int i = 0; i < covariance.Length; i++)
            {
                form[i] = (float)(covariance[i] / (2 * d));
            }
        }

        private readonly void Turned(int row, int queryHead, float* query)
        {
            new ReadOnlySpan<float>(Layer.Query(Sinks + row, queryHead), Layer.HeadDim).CopyTo(new Span<float>(query, Layer.HeadDim));
            Layer.Rotation!.TurnBack(query, Sinks + row);
        }

        private static void Turn(double[] matrix, int d, RotaryAngles rotation)
        {
            for (int row = 0; row < d; row++)
            {
                rotation.TurnAhead(matrix.AsSpan(row * d, d));
            }
        }

        private static void Transpose(double[] matrix, int d)
        {
            for (int row = 0; row < d; row++)
            {
                for (int column = 0; column < row; column++)
                {
                    (matrix[(row * d) + column], matrix[(column * d) + row]) = (matrix[(column * d) + row], matrix[(row * d) + column]);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static void AddOuter(float* row, int d, float* block)
        {
            for (int i = 0; i < d; i++)
            {
                Vector512<float> factor = Vector512.Create(row[i]);
                for (int j = 0; j < d; j += Lanes, block += Lanes)
                {
                    Vector512.MultiplyAddEstimate(factor, Vector512.Load(row + j), Vector512.Load(block)).Store(block);
                }
            }
        }

        /// <summary>k·μ + kᵀΣk of 16 keys.</summary>
        [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
        private static Vector512<float> Exponent(float* tile, int d, float* direction, float* form)
        {
            Vector512<float> exponent = Vector512<float>.Zero;
            for (int i = 0; i < d; i += FormRows, form += FormRows * d)
            {
                Vector512<float> p0 = Vector512.Create(direction[i]), p1 = Vector512.Create(direction[i + 1]), p2 = Vector512.Create(direction[i + 2]),
                    p3 = Vector512.Create(direction[i + 3]), p4 = Vector512.Create(direction[i + 4]), p5 = Vector512.Create(direction[i + 5]),
                    p6 = Vector512.Create(direction[i + 6]), p7 = Vector512.Create(direction[i + 7]);
                float* r0 = form, r1 = r0 + d, r2 = r1 + d, r3 = r2 + d, r4 = r3 + d, r5 = r4 + d, r6 = r5 + d, r7 = r6 + d;
                for (int j = 0; j < d; j++)
                {
                    Vector512<float> key = Vector512.Load(tile + (j * Lanes));
                    p0 = Vector512.MultiplyAddEstimate(Vector512.Create(r0[j]), key, p0);
                    p1 = Vector512.MultiplyAddEstimate(Vector512.Create(r1[j]), key, p1);
                    p2 = Vector512.MultiplyAddEstimate(Vector512.Create(r2[j]), key, p2);
                    p3 = Vector512.MultiplyAddEstimate(Vector512.Create(r3[j]), key, p3);
                    p4 = Vector512.MultiplyAddEstimate(Vector512.Create(r4[j]), key, p4);
                    p5 = Vector512.MultiplyAddEstimate(Vector512.Create(r5[j]), key, p5);
                    p6 = Vector512.MultiplyAddEstimate(Vector512.Create(r6[j]), key, p6);
                    p7 = Vector512.MultiplyAddEstimate(Vector512.Create(r7[j]), key, p7);
                }

                float* keys = tile + (i * Lanes);
                exponent += (p0 * Vector512.Load(keys)) + (p1 * Vector512.Load(keys + Lanes)) + (p2 * Vector512.Load(keys + (2 * Lanes)))
                    + (p3 * Vector512.Load(keys + (3 * Lanes))) + (p4 * Vector512.Load(keys + (4 * Lanes))) + (p5 * Vector512.Load(keys + (5 * Lanes)))
                    + (p6 * Vector512.Load(keys + (6 * Lanes))) + (p7 * Vector512.Load(keys + (7 * Lanes)));
            }

            return exponent;
        }
    }
}
