using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Models.Kernels.Blocks;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels.Products;

/// <summary>
/// Products of stored codes with fp32 activations in 256-bit vectors: the numbers are decoded in registers, exactly.
/// A part of 32 numbers is four vectors.
/// </summary>
internal static unsafe class CodeProduct256<TBlocks>
    where TBlocks : struct, ICodeBlocks
{
    /// <summary>See <see cref="RowProduct"/>.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(in RowProduct call)
    {
        float* scales = stackalloc float[GroupScales.Count];
        byte* row = call.Weights;
        for (int output = 0; output < call.Outputs; output++, row += call.RowBytes)
        {
            byte* group = row;
            float* x = call.Rows.Block(0, 0) + (call.Row * TileProduct.DepthBlock);
            Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int left = call.Depth; left > 0; left -= GroupScales.Group, group += call.GroupBytes, x += call.Step)
            {
                int parts = GroupScales.Read<TBlocks>(group, left, scales);
                for (int part = 0; part < parts; part++)
                {
                    float* numbers = x + (part * GroupScales.Part);
                    if (part % 2 == 0)
                    {
                        sum0 = Add(Numbers(group, part / 2, 0, 0, scales), numbers, sum0);
                        sum1 = Add(Numbers(group, part / 2, 0, 1, scales), numbers + 8, sum1);
                        sum2 = Add(Numbers(group, part / 2, 0, 2, scales), numbers + 16, sum2);
                        sum3 = Add(Numbers(group, part / 2, 0, 3, scales), numbers + 24, sum3);
                    }
                    else
                    {
                        sum0 = Add(Numbers(group, part / 2, 1, 0, scales), numbers, sum0);
                        sum1 = Add(Numbers(group, part / 2, 1, 1, scales), numbers + 8, sum1);
                        sum2 = Add(Numbers(group, part / 2, 1, 2, scales), numbers + 16, sum2);
                        sum3 = Add(Numbers(group, part / 2, 1, 3, scales), numbers + 24, sum3);
                    }
                }
            }

            call.Write(output, 0, Vector256.Sum((sum0 + sum1) + (sum2 + sum3)));
        }
    }

    /// <summary>Four rows of activations: a number is decoded once for all of them.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(in RowProduct call)
    {
        float* scales = stackalloc float[GroupScales.Count];
        byte* row = call.Weights;
        for (int output = 0; output < call.Outputs; output++, row += call.RowBytes)
        {
            byte* group = row;
            float* x = call.Rows.Block(0, 0) + (call.Row * TileProduct.DepthBlock);
            Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int left = call.Depth; left > 0; left -= GroupScales.Group, group += call.GroupBytes, x += call.Step)
            {
                int parts = GroupScales.Read<TBlocks>(group, left, scales);
                for (int part = 0; part < parts; part++)
                {
                    float* numbers = x + (part * GroupScales.Part);
                    for (int quarter = 0; quarter < 4; quarter++)
                    {
                        Vector256<float> own = part % 2 == 0
                            ? Numbers(group, part / 2, 0, quarter, scales) : Numbers(group, part / 2, 1, quarter, scales);
                        AddFour(own, numbers + (8 * quarter), ref sum0, ref sum1, ref sum2, ref sum3);
                    }
                }
            }

            call.Write(output, 0, Vector256.Sum(sum0));
            call.Write(output, 1, Vector256.Sum(sum1));
            call.Write(output, 2, Vector256.Sum(sum2));
            call.Write(output, 3, Vector256.Sum(sum3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> weights, float* numbers, Vector256<float> sum)
        => Vector256.MultiplyAddEstimate(weights, Vector256.Load(numbers), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour(
        Vector256<float> weights, float* numbers, ref Vector256<float> sum0, ref Vector256<float> sum1, ref Vector256<float> sum2,
        ref Vector256<float> sum3)
    {
        sum0 = Add(weights, numbers, sum0);
        sum1 = Add(weights, numbers + TileProduct.DepthBlock, sum1);
        sum2 = Add(weights, numbers + (2 * TileProduct.DepthBlock), sum2);
        sum3 = Add(weights, numbers + (3 * TileProduct.DepthBlock), sum3);
    }

    /// <summary>8 numbers of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Numbers(byte* group, int pair, int which, int quarter, float* scales)
    {
        int part = (2 * pair) + which;
        Vector256<float> scale = Vector256.Create(scales[TBlocks.HasHalves ? (2 * part) + (quarter / 2) : part]);
        Vector256<float> numbers = Vector256.ConvertToSingle(TBlocks.Quarter(group, pair, which, quarter)) * scale;
        return TBlocks.HasMinima ? numbers + Vector256.Create(scales[GroupScales.Minima + part]) : numbers;
    }
}
