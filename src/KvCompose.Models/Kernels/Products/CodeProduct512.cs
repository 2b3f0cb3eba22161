using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using KvCompose.Models.Kernels.Blocks;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels.Products;

/// <summary>
/// Products of stored codes with fp32 activations in 512-bit vectors: the numbers are decoded in registers, exactly.
/// Codes of four bits are looked up in a vector of the 16 numbers that they stand for.
/// </summary>
internal static unsafe class CodeProduct512<TBlocks>
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
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
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
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
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
    private static Vector512<float> Add(Vector512<float> weights, float* numbers, Vector512<float> sum)
        => Vector512.MultiplyAddEstimate(weights, Vector512.Load(numbers), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour(
        Vector512<float> weights, float* numbers, ref Vector512<float> sum0, ref Vector512<float> sum1, ref Vector512<float> sum2,
        ref Vector512<float> sum3)
    {
        sum0 = Add(weights, numbers, sum0);
        sum1 = Add(weights, numbers + TileProduct.DepthBlock, sum1);
        sum2 = Add(weights, numbers + (2 * TileProduct.DepthBlock), sum2);
        sum3 = Add(weights, numbers + (3 * TileProduct.DepthBlock), sum3);
    }

    /// <summary>Adds a part to the sums of one row. What has one scale and no minimum is multiplied with the scale last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPart(
        byte* group, nint pair, int which, float* scales, float* x, ref Vector512<float> first, ref Vector512<float> second)
    {
        nint part = (2 * pair) + which;
        float* numbers = x + (pair * 2 * GroupScales.Part) + (which * GroupScales.Part);
        if (TBlocks.HasLevels || TBlocks.HasMinima || TBlocks.HasHalves)
        {
            Vector512<float> table = Table(scales, part);
            first = Add(Numbers(group, pair, which, 0, scales, table), numbers, first);
            second = Add(Numbers(group, pair, which, 1, scales, table), numbers + 16, second);
            return;
        }

        Vector512<float> low = Vector512.ConvertToSingle(TBlocks.Half(group, pair, which, 0)) * Vector512.Load(numbers);
        Vector512<float> both = Add(Vector512.ConvertToSingle(TBlocks.Half(group, pair, which, 1)), numbers + 16, low);
        first = Vector512.MultiplyAddEstimate(both, Vector512.Create(scales[part]), first);
    }

    /// <summary>Adds a part to the sums of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPartToFour(
        byte* group, nint pair, int which, float* scales, float* x, ref Vector512<float> sum0, ref Vector512<float> sum1,
        ref Vector512<float> sum2, ref Vector512<float> sum3)
    {
        nint part = (2 * pair) + which;
        float* numbers = x + (pair * 2 * GroupScales.Part) + (which * GroupScales.Part);
        Vector512<float> table = Table(scales, part);
        AddFour(Numbers(group, pair, which, 0, scales, table), numbers, ref sum0, ref sum1, ref sum2, ref sum3);
        AddFour(Numbers(group, pair, which, 1, scales, table), numbers + 16, ref sum0, ref sum1, ref sum2, ref sum3);
    }

    /// <summary>16 numbers of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Numbers(byte* group, nint pair, int which, int half, float* scales, Vector512<float> table)
    {
        Vector512<int> codes = TBlocks.Half(group, pair, which, half);
        if (TBlocks.HasLevels)
        {
            return Avx512F.IsSupported
                ? Avx512F.PermuteVar16x32(table, codes)
                : Vector512.Shuffle(table, codes & Vector512.Create(15));
        }

        nint part = (2 * pair) + which;
        Vector512<float> scale = Vector512.Create(scales[TBlocks.HasHalves ? (2 * part) + half : part]);
        return TBlocks.HasMinima
            ? Vector512.MultiplyAddEstimate(Vector512.ConvertToSingle(codes), scale, Vector512.Create(scales[GroupScales.Minima + part]))
            : Vector512.ConvertToSingle(codes) * scale;
    }

    /// <summary>What the nibbles of a part stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Table(float* scales, nint part)
    {
        if (!TBlocks.HasLevels)
        {
            return default;
        }

        Vector512<float> scale = Vector512.Create(scales[part]);
        return TBlocks.HasMinima
            ? Vector512.MultiplyAddEstimate(TBlocks.Levels, scale, Vector512.Create(scales[GroupScales.Minima + part]))
            : TBlocks.Levels * scale;
    }
}
