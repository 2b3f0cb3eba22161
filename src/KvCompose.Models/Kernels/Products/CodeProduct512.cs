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
            float* x = call.Rows.Block(0, 0) + (call.Row * TileProduct.DepthBlock);
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int left = call.Depth; left > 0; left -= GroupScales.Group, group += call.GroupBytes, x += call.Step)
            {
                int parts = GroupScales.Read<TBlocks>(group, left, scales);
                for (int part = 0; part < parts; part++)
                {
                    float* numbers = x + (part * GroupScales.Part);
                    if (part % 2 == 0)
                    {
                        Vector512<float> table = Table(scales, part);
                        sum0 = Add(Numbers(group, part / 2, 0, 0, scales, table), numbers, sum0);
                        sum1 = Add(Numbers(group, part / 2, 0, 1, scales, table), numbers + 16, sum1);
                    }
                    else
                    {
                        Vector512<float> table = Table(scales, part);
                        sum2 = Add(Numbers(group, part / 2, 1, 0, scales, table), numbers, sum2);
                        sum3 = Add(Numbers(group, part / 2, 1, 1, scales, table), numbers + 16, sum3);
                    }
                }
            }

            call.Write(output, 0, Vector512.Sum((sum0 + sum1) + (sum2 + sum3)));
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
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int left = call.Depth; left > 0; left -= GroupScales.Group, group += call.GroupBytes, x += call.Step)
            {
                int parts = GroupScales.Read<TBlocks>(group, left, scales);
                for (int part = 0; part < parts; part++)
                {
                    float* numbers = x + (part * GroupScales.Part);
                    Vector512<float> table = Table(scales, part);
                    for (int half = 0; half < 2; half++)
                    {
                        Vector512<float> own = part % 2 == 0
                            ? Numbers(group, part / 2, 0, half, scales, table) : Numbers(group, part / 2, 1, half, scales, table);
                        AddFour(own, numbers + (16 * half), ref sum0, ref sum1, ref sum2, ref sum3);
                    }
                }
            }

            call.Write(output, 0, Vector512.Sum(sum0));
            call.Write(output, 1, Vector512.Sum(sum1));
            call.Write(output, 2, Vector512.Sum(sum2));
            call.Write(output, 3, Vector512.Sum(sum3));
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

    /// <summary>16 numbers of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Numbers(byte* group, int pair, int which, int half, float* scales, Vector512<float> table)
    {
        Vector512<int> codes = TBlocks.Half(group, pair, which, half);
        if (TBlocks.HasLevels)
        {
            return Avx512F.IsSupported
                ? Avx512F.PermuteVar16x32(table, codes)
                : Vector512.Shuffle(table, codes & Vector512.Create(15));
        }

        int part = (2 * pair) + which;
        Vector512<float> numbers = Vector512.ConvertToSingle(codes) * Vector512.Create(scales[TBlocks.HasHalves ? (2 * part) + half : part]);
        return TBlocks.HasMinima ? numbers + Vector512.Create(scales[GroupScales.Minima + part]) : numbers;
    }

    /// <summary>What the nibbles of a part stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Table(float* scales, int part)
    {
        if (!TBlocks.HasLevels)
        {
            return default;
        }

        Vector512<float> table = TBlocks.Levels * Vector512.Create(scales[part]);
        return TBlocks.HasMinima ? table + Vector512.Create(scales[GroupScales.Minima + part]) : table;
    }
}
