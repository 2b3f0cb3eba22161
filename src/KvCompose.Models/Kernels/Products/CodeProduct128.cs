using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Models.Kernels.Blocks;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels.Products;

/// <summary>
/// Products of stored codes with fp32 activations in 128-bit vectors: the numbers are decoded in registers, exactly.
/// For NEON and SSE; without vectors at all the same code runs on single numbers.
/// </summary>
internal static unsafe class CodeProduct128<TBlocks>
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
            Vector128<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int left = call.Depth; left > 0; left -= GroupScales.Group, group += call.GroupBytes, x += call.Step)
            {
                int parts = GroupScales.Read<TBlocks>(group, left, scales);
                for (int part = 0; part < parts; part++)
                {
                    float* numbers = x + (part * GroupScales.Part);
                    if (part % 2 == 0)
                    {
                        AddHalf(TBlocks.Codes(group, part / 2, 0, 0), part, 0, scales, numbers, ref sum0, ref sum1, ref sum2, ref sum3);
                        AddHalf(TBlocks.Codes(group, part / 2, 0, 1), part, 1, scales, numbers + 16, ref sum0, ref sum1, ref sum2, ref sum3);
                    }
                    else
                    {
                        AddHalf(TBlocks.Codes(group, part / 2, 1, 0), part, 0, scales, numbers, ref sum0, ref sum1, ref sum2, ref sum3);
                        AddHalf(TBlocks.Codes(group, part / 2, 1, 1), part, 1, scales, numbers + 16, ref sum0, ref sum1, ref sum2, ref sum3);
                    }
                }
            }

            call.Write(output, 0, Vector128.Sum((sum0 + sum1) + (sum2 + sum3)));
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
            Vector128<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int left = call.Depth; left > 0; left -= GroupScales.Group, group += call.GroupBytes, x += call.Step)
            {
                int parts = GroupScales.Read<TBlocks>(group, left, scales);
                for (int part = 0; part < parts; part++)
                {
                    float* numbers = x + (part * GroupScales.Part);
                    for (int half = 0; half < 2; half++, numbers += 16)
                    {
                        Vector128<sbyte> codes = part % 2 == 0 ? TBlocks.Codes(group, part / 2, 0, half) : TBlocks.Codes(group, part / 2, 1, half);
                        AddFour(Numbers(codes, 0, part, half, scales), numbers, ref sum0, ref sum1, ref sum2, ref sum3);
                        AddFour(Numbers(codes, 1, part, half, scales), numbers + 4, ref sum0, ref sum1, ref sum2, ref sum3);
                        AddFour(Numbers(codes, 2, part, half, scales), numbers + 8, ref sum0, ref sum1, ref sum2, ref sum3);
                        AddFour(Numbers(codes, 3, part, half, scales), numbers + 12, ref sum0, ref sum1, ref sum2, ref sum3);
                    }
                }
            }

            call.Write(output, 0, Vector128.Sum(sum0));
            call.Write(output, 1, Vector128.Sum(sum1));
            call.Write(output, 2, Vector128.Sum(sum2));
            call.Write(output, 3, Vector128.Sum(sum3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Add(Vector128<float> weights, float* numbers, Vector128<float> sum)
        => Vector128.MultiplyAddEstimate(weights, Vector128.Load(numbers), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour(
        Vector128<float> weights, float* numbers, ref Vector128<float> sum0, ref Vector128<float> sum1, ref Vector128<float> sum2,
        ref Vector128<float> sum3)
    {
        sum0 = Add(weights, numbers, sum0);
        sum1 = Add(weights, numbers + TileProduct.DepthBlock, sum1);
        sum2 = Add(weights, numbers + (2 * TileProduct.DepthBlock), sum2);
        sum3 = Add(weights, numbers + (3 * TileProduct.DepthBlock), sum3);
    }

    /// <summary>4 numbers of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Numbers(Vector128<sbyte> codes, int quarter, int part, int half, float* scales)
    {
        Vector128<short> words = quarter / 2 == 0 ? Vector128.WidenLower(codes) : Vector128.WidenUpper(codes);
        Vector128<int> integers = quarter % 2 == 0 ? Vector128.WidenLower(words) : Vector128.WidenUpper(words);
        Vector128<float> scale = Vector128.Create(scales[TBlocks.HasHalves ? (2 * part) + half : part]);
        Vector128<float> numbers = Vector128.ConvertToSingle(integers) * scale;
        return TBlocks.HasMinima ? numbers + Vector128.Create(scales[GroupScales.Minima + part]) : numbers;
    }

    /// <summary>Half a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddHalf(
        Vector128<sbyte> codes, int part, int half, float* scales, float* numbers, ref Vector128<float> sum0, ref Vector128<float> sum1,
        ref Vector128<float> sum2, ref Vector128<float> sum3)
    {
        sum0 = Add(Numbers(codes, 0, part, half, scales), numbers, sum0);
        sum1 = Add(Numbers(codes, 1, part, half, scales), numbers + 4, sum1);
        sum2 = Add(Numbers(codes, 2, part, half, scales), numbers + 8, sum2);
        sum3 = Add(Numbers(codes, 3, part, half, scales), numbers + 12, sum3);
    }
}
