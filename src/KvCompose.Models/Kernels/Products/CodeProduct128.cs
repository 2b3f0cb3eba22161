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
            float* x = call.Numbers;
            Vector128<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int left = call.Depth; left > 0; left -= GroupScales.Group, group += call.GroupBytes, x += call.Step)
            {
                nint parts = GroupScales.Read<TBlocks>(group, left, scales);
                for (nint pair = 0; pair < parts >> 1; pair++)
                {
                    AddPart(group, pair, 0, scales, x, ref sum0, ref sum1);
                    AddPart(group, pair, 1, scales, x, ref sum2, ref sum3);
                }

                if ((parts & 1) != 0)
                {
                    AddPart(group, parts >> 1, 0, scales, x, ref sum0, ref sum1);
                }
            }

            call.Write(output, 0, LaneSums.Sum((sum0 + sum1) + (sum2 + sum3)));
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
            float* x = call.Numbers;
            Vector128<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int left = call.Depth; left > 0; left -= GroupScales.Group, group += call.GroupBytes, x += call.Step)
            {
                nint parts = GroupScales.Read<TBlocks>(group, left, scales);
                for (nint pair = 0; pair < parts >> 1; pair++)
                {
                    AddPartToFour(group, pair, 0, scales, x, ref sum0, ref sum1, ref sum2, ref sum3);
                    AddPartToFour(group, pair, 1, scales, x, ref sum0, ref sum1, ref sum2, ref sum3);
                }

                if ((parts & 1) != 0)
                {
                    AddPartToFour(group, parts >> 1, 0, scales, x, ref sum0, ref sum1, ref sum2, ref sum3);
                }
            }

            call.Write(output, 0, LaneSums.Sum(sum0));
            call.Write(output, 1, LaneSums.Sum(sum1));
            call.Write(output, 2, LaneSums.Sum(sum2));
            call.Write(output, 3, LaneSums.Sum(sum3));
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

    /// <summary>Adds a part to the sums of one row. What has one scale and no minimum is multiplied with the scale last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPart(
        byte* group, nint pair, int which, float* scales, float* x, ref Vector128<float> first, ref Vector128<float> second)
    {
        nint part = (2 * pair) + which;
        float* numbers = x + (pair * 2 * GroupScales.Part) + (which * GroupScales.Part);
        AddHalf(TBlocks.Codes(group, pair, which, 0), part, 0, scales, numbers, ref first, ref second);
        AddHalf(TBlocks.Codes(group, pair, which, 1), part, 1, scales, numbers + 16, ref first, ref second);
    }

    /// <summary>Adds a part to the sums of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPartToFour(
        byte* group, nint pair, int which, float* scales, float* x, ref Vector128<float> sum0, ref Vector128<float> sum1,
        ref Vector128<float> sum2, ref Vector128<float> sum3)
    {
        nint part = (2 * pair) + which;
        float* numbers = x + (pair * 2 * GroupScales.Part) + (which * GroupScales.Part);
        AddHalfToFour(TBlocks.Codes(group, pair, which, 0), part, 0, scales, numbers, ref sum0, ref sum1, ref sum2, ref sum3);
        AddHalfToFour(TBlocks.Codes(group, pair, which, 1), part, 1, scales, numbers + 16, ref sum0, ref sum1, ref sum2, ref sum3);
    }

    /// <summary>4 of 16 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Numbers(Vector128<sbyte> codes, int quarter, nint part, int half, float* scales)
    {
        Vector128<short> words = quarter / 2 == 0 ? Vector128.WidenLower(codes) : Vector128.WidenUpper(codes);
        Vector128<int> integers = quarter % 2 == 0 ? Vector128.WidenLower(words) : Vector128.WidenUpper(words);
        Vector128<float> scale = Vector128.Create(scales[TBlocks.HasHalves ? (2 * part) + half : part]);
        return TBlocks.HasMinima
            ? Vector128.MultiplyAddEstimate(Vector128.ConvertToSingle(integers), scale, Vector128.Create(scales[GroupScales.Minima + part]))
            : Vector128.ConvertToSingle(integers) * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddHalf(
        Vector128<sbyte> codes, nint part, int half, float* scales, float* numbers, ref Vector128<float> first, ref Vector128<float> second)
    {
        first = Add(Numbers(codes, 0, part, half, scales), numbers, first);
        second = Add(Numbers(codes, 1, part, half, scales), numbers + 4, second);
        first = Add(Numbers(codes, 2, part, half, scales), numbers + 8, first);
        second = Add(Numbers(codes, 3, part, half, scales), numbers + 12, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddHalfToFour(
        Vector128<sbyte> codes, nint part, int half, float* scales, float* numbers, ref Vector128<float> sum0, ref Vector128<float> sum1,
        ref Vector128<float> sum2, ref Vector128<float> sum3)
    {
        AddFour(Numbers(codes, 0, part, half, scales), numbers, ref sum0, ref sum1, ref sum2, ref sum3);
        AddFour(Numbers(codes, 1, part, half, scales), numbers + 4, ref sum0, ref sum1, ref sum2, ref sum3);
        AddFour(Numbers(codes, 2, part, half, scales), numbers + 8, ref sum0, ref sum1, ref sum2, ref sum3);
        AddFour(Numbers(codes, 3, part, half, scales), numbers + 12, ref sum0, ref sum1, ref sum2, ref sum3);
    }
}
