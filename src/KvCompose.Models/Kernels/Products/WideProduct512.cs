using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Models.Kernels.Blocks;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels.Products;

/// <summary>Products of 16-bit floats, widened in registers, with fp32 activations in 512-bit vectors.</summary>
internal static unsafe class WideProduct512<TNumbers>
    where TNumbers : struct, IWideNumbers
{
    private const int Lanes = 16;

    /// <summary>See <see cref="RowProduct"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(in RowProduct call)
    {
        byte* row = call.Weights;
        for (int output = 0; output < call.Outputs; output++, row += call.RowBytes)
        {
            byte* weights = row;
            float* numbers = call.Numbers;
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            float rest = 0;
            for (int left = call.Depth; left > 0; left -= TileProduct.DepthBlock, numbers += call.Step)
            {
                int count = Math.Min(left, TileProduct.DepthBlock), i = 0;
                for (; i <= count - (4 * Lanes); i += 4 * Lanes, weights += 4 * Lanes * TNumbers.BlockBytes)
                {
                    sum0 = Add(weights, numbers + i, sum0);
                    sum1 = Add(weights + (Lanes * TNumbers.BlockBytes), numbers + i + Lanes, sum1);
                    sum2 = Add(weights + (2 * Lanes * TNumbers.BlockBytes), numbers + i + (2 * Lanes), sum2);
                    sum3 = Add(weights + (3 * Lanes * TNumbers.BlockBytes), numbers + i + (3 * Lanes), sum3);
                }

                for (; i <= count - Lanes; i += Lanes, weights += Lanes * TNumbers.BlockBytes)
                {
                    sum0 = Add(weights, numbers + i, sum0);
                }

                for (; i < count; i++, weights += TNumbers.BlockBytes)
                {
                    rest += TNumbers.Load(weights) * numbers[i];
                }
            }

            call.Write(output, 0, LaneSums.Sum((sum0 + sum1) + (sum2 + sum3)) + rest);
        }
    }

    /// <summary>Four rows of activations: a weight is widened once for all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(in RowProduct call)
    {
        const int Next = TileProduct.DepthBlock;
        byte* row = call.Weights;
        for (int output = 0; output < call.Outputs; output++, row += call.RowBytes)
        {
            byte* weights = row;
            float* numbers = call.Numbers;
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            Vector128<float> rest = default;
            for (int left = call.Depth; left > 0; left -= TileProduct.DepthBlock, numbers += call.Step)
            {
                int count = Math.Min(left, TileProduct.DepthBlock), i = 0;
                for (; i <= count - Lanes; i += Lanes, weights += Lanes * TNumbers.BlockBytes)
                {
                    Vector512<float> own = TNumbers.Load512(weights);
                    sum0 = Vector512.MultiplyAddEstimate(own, Vector512.Load(numbers + i), sum0);
                    sum1 = Vector512.MultiplyAddEstimate(own, Vector512.Load(numbers + i + Next), sum1);
                    sum2 = Vector512.MultiplyAddEstimate(own, Vector512.Load(numbers + i + (2 * Next)), sum2);
                    sum3 = Vector512.MultiplyAddEstimate(own, Vector512.Load(numbers + i + (3 * Next)), sum3);
                }

                for (; i < count; i++, weights += TNumbers.BlockBytes)
                {
                    var column = Vector128.Create(numbers[i], numbers[i + Next], numbers[i + (2 * Next)], numbers[i + (3 * Next)]);
                    rest += Vector128.Create(TNumbers.Load(weights)) * column;
                }
            }

            call.Write(output, 0, LaneSums.Sum(sum0) + rest[0]);
            call.Write(output, 1, LaneSums.Sum(sum1) + rest[1]);
            call.Write(output, 2, LaneSums.Sum(sum2) + rest[2]);
            call.Write(output, 3, LaneSums.Sum(sum3) + rest[3]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(byte* weights, float* numbers, Vector512<float> sum)
        => Vector512.MultiplyAddEstimate(TNumbers.Load512(weights), Vector512.Load(numbers), sum);
}
