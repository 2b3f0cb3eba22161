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
            float* x = call.Numbers;
            Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
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
            Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
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

    /// <summary>Adds a part to the sums of one row. What has one scale and no minimum is multiplied with the scale last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPart(
        byte* group, nint pair, int which, float* scales, float* x, ref Vector256<float> first, ref Vector256<float> second)
    {
        nint part = (2 * pair) + which;
        float* numbers = x + (pair * 2 * GroupScales.Part) + (which * GroupScales.Part);
        if (TBlocks.HasMinima || TBlocks.HasHalves)
        {
            first = Add(Numbers(group, pair, which, 0, scales), numbers, first);
            second = Add(Numbers(group, pair, which, 1, scales), numbers + 8, second);
            first = Add(Numbers(group, pair, which, 2, scales), numbers + 16, first);
            second = Add(Numbers(group, pair, which, 3, scales), numbers + 24, second);
            return;
        }

        Vector256<float> sum = Vector256.ConvertToSingle(TBlocks.Quarter(group, pair, which, 0)) * Vector256.Load(numbers);
        sum = Add(Vector256.ConvertToSingle(TBlocks.Quarter(group, pair, which, 1)), numbers + 8, sum);
        sum = Add(Vector256.ConvertToSingle(TBlocks.Quarter(group, pair, which, 2)), numbers + 16, sum);
        sum = Add(Vector256.ConvertToSingle(TBlocks.Quarter(group, pair, which, 3)), numbers + 24, sum);
        first = Vector256.MultiplyAddEstimate(sum, Vector256.Create(scales[part]), first);
    }

    /// <summary>Adds a part to the sums of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPartToFour(
        byte* group, nint pair, int which, float* scales, float* x, ref Vector256<float> sum0, ref Vector256<float> sum1,
        ref Vector256<float> sum2, ref Vector256<float> sum3)
    {
        nint part = (2 * pair) + which;
        float* numbers = x + (pair * 2 * GroupScales.Part) + (which * GroupScales.Part);
        AddFour(Numbers(group, pair, which, 0, scales), numbers, ref sum0, ref sum1, ref sum2, ref sum3);
        AddFour(Numbers(group, pair, which, 1, scales), numbers + 8, ref sum0, ref sum1, ref sum2, ref sum3);
        AddFour(Numbers(group, pair, which, 2, scales), numbers + 16, ref sum0, ref sum1, ref sum2, ref sum3);
        AddFour(Numbers(group, pair, which, 3, scales), numbers + 24, ref sum0, ref sum1, ref sum2, ref sum3);
    }

    /// <summary>8 numbers of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Numbers(byte* group, nint pair, int which, int quarter, float* scales)
    {
        nint part = (2 * pair) + which;
        Vector256<float> scale = Vector256.Create(scales[TBlocks.HasHalves ? (2 * part) + (quarter / 2) : part]);
        Vector256<float> codes = Vector256.ConvertToSingle(TBlocks.Quarter(group, pair, which, quarter));
        return TBlocks.HasMinima
            ? Vector256.MultiplyAddEstimate(codes, scale, Vector256.Create(scales[GroupScales.Minima + part]))
            : codes * scale;
    }
}
