using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels.Products;

/// <summary>Products of any stored type: 256 weights at a time are decoded and then multiplied with fp32 activations.</summary>
internal static unsafe class DecodedProduct<TNumbers>
    where TNumbers : struct, IStoredNumbers
{
    private const int Tile = TileProduct.DepthBlock; // Holds whole blocks of every type, and stays in the first-level cache.

    /// <summary>See <see cref="RowProduct"/>.</summary>
    public static void One(in RowProduct call) => Run(call, 1);

    /// <summary>Four rows of activations: a weight is decoded once for all of them.</summary>
    public static void Four(in RowProduct call) => Run(call, 4);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(in RowProduct call, int rows)
    {
        float* tile = stackalloc float[Tile];
        float* sums = stackalloc float[4];
        byte* weights = call.Weights;
        for (int output = 0; output < call.Outputs; output++, weights += call.RowBytes)
        {
            new Span<float>(sums, 4).Clear();
            byte* group = weights;
            float* numbers = call.Numbers;
            for (int left = call.Depth; left > 0; left -= Tile, group += call.GroupBytes, numbers += call.Step)
            {
                int count = Math.Min(Tile, left);
                TNumbers.Decode(group, count, tile);
                for (int row = 0; row < rows; row++)
                {
                    sums[row] += Dot(tile, numbers + (row * Tile), count);
                }
            }

            for (int row = 0; row < rows; row++)
            {
                call.Write(output, row, sums[row]);
            }
        }
    }

    /// <summary>The types that come here have blocks of at least 32 numbers.</summary>
    private static float Dot(float* weights, float* numbers, int count)
    {
        Vector256<float> first = default, second = default, third = default, fourth = default;
        for (int i = 0; i < count; i += 32)
        {
            first = Vector256.MultiplyAddEstimate(Vector256.Load(weights + i), Vector256.Load(numbers + i), first);
            second = Vector256.MultiplyAddEstimate(Vector256.Load(weights + i + 8), Vector256.Load(numbers + i + 8), second);
            third = Vector256.MultiplyAddEstimate(Vector256.Load(weights + i + 16), Vector256.Load(numbers + i + 16), third);
            fourth = Vector256.MultiplyAddEstimate(Vector256.Load(weights + i + 24), Vector256.Load(numbers + i + 24), fourth);
        }

        return Vector256.Sum((first + second) + (third + fourth));
    }
}
