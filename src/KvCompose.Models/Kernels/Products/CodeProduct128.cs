using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Models.Kernels.Blocks;

namespace KvCompose.Models.Kernels.Products;

/// <summary>
/// Products of stored codes with coded activations in 128-bit vectors, of NEON or SSE: a part is four vectors of 8 words. Without
/// vectors at all the same code runs on single numbers.
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
        CodedRows x = call.Coded;
        byte* weights = call.Weights;
        for (int output = 0; output < call.Outputs; output++, weights += call.RowBytes)
        {
            byte* group = weights;
            short* codes = x.Codes + (call.Row * CodedRows.Group);
            nint own = call.Row * CodedRows.Parts;
            Vector128<float> even = default, odd = default;
            float minima = 0;
            for (int left = call.Depth; left > 0; left -= CodedRows.Group, group += call.GroupBytes, codes += x.Step, own += x.ScaleStep)
            {
                int parts = Math.Min(left, CodedRows.Group) / CodedRows.Block;
                TBlocks.Scales(group, parts, scales);
                GroupScales.Combine<TBlocks>(scales, x.Scales + own, scales);
                if (TBlocks.HasMinima)
                {
                    minima += Vector256.Dot(TBlocks.Minima(group, parts), Vector256.Load(x.Sums + own));
                }

                for (int part = 0; part < parts; part++)
                {
                    Vector128<sbyte> low, high;
                    Unpack(group, part, out low, out high);
                    short* place = codes + (part * CodedRows.Block);
                    even = Add(low, place, Scale(scales, part, 0), even);
                    odd = Add(high, place + 16, Scale(scales, part, 1), odd);
                }
            }

            call.Write(output, 0, Vector128.Sum(even + odd) + minima);
        }
    }

    /// <summary>Four rows of activations: the codes of a part are unpacked once for all of them.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(in RowProduct call)
    {
        const int Own = GroupScales.Count;
        float* scales = stackalloc float[5 * Own];
        CodedRows x = call.Coded;
        byte* weights = call.Weights;
        for (int output = 0; output < call.Outputs; output++, weights += call.RowBytes)
        {
            byte* group = weights;
            short* codes = x.Codes + (call.Row * CodedRows.Group);
            nint own = call.Row * CodedRows.Parts;
            Vector128<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default, minima = default;
            for (int left = call.Depth; left > 0; left -= CodedRows.Group, group += call.GroupBytes, codes += x.Step, own += x.ScaleStep)
            {
                int parts = Math.Min(left, CodedRows.Group) / CodedRows.Block;
                TBlocks.Scales(group, parts, scales);
                for (int row = 0; row < 4; row++)
                {
                    GroupScales.Combine<TBlocks>(scales, x.Scales + own + (row * CodedRows.Parts), scales + ((row + 1) * Own));
                }

                if (TBlocks.HasMinima)
                {
                    Vector256<float> least = TBlocks.Minima(group, parts);
                    float* sums = x.Sums + own;
                    minima += Vector128.Create(
                        Vector256.Dot(least, Vector256.Load(sums)), Vector256.Dot(least, Vector256.Load(sums + CodedRows.Parts)),
                        Vector256.Dot(least, Vector256.Load(sums + (2 * CodedRows.Parts))),
                        Vector256.Dot(least, Vector256.Load(sums + (3 * CodedRows.Parts))));
                }

                for (int part = 0; part < parts; part++)
                {
                    Vector128<sbyte> low, high;
                    Unpack(group, part, out low, out high);
                    for (int half = 0; half < 2; half++)
                    {
                        Vector128<sbyte> own16 = half == 0 ? low : high;
                        short* place = codes + (part * CodedRows.Block) + (16 * half);
                        sum0 = Add(own16, place, Scale(scales + Own, part, half), sum0);
                        sum1 = Add(own16, place + CodedRows.Group, Scale(scales + (2 * Own), part, half), sum1);
                        sum2 = Add(own16, place + (2 * CodedRows.Group), Scale(scales + (3 * Own), part, half), sum2);
                        sum3 = Add(own16, place + (3 * CodedRows.Group), Scale(scales + (4 * Own), part, half), sum3);
                    }
                }
            }

            call.Write(output, 0, Vector128.Sum(sum0) + minima[0]);
            call.Write(output, 1, Vector128.Sum(sum1) + minima[1]);
            call.Write(output, 2, Vector128.Sum(sum2) + minima[2]);
            call.Write(output, 3, Vector128.Sum(sum3) + minima[3]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unpack(byte* group, int part, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        if (part % 2 == 0)
        {
            (low, high) = (TBlocks.Codes(group, part / 2, 0, 0), TBlocks.Codes(group, part / 2, 0, 1));
        }
        else
        {
            (low, high) = (TBlocks.Codes(group, part / 2, 1, 0), TBlocks.Codes(group, part / 2, 1, 1));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Scale(float* scales, int part, int half) => scales[TBlocks.HasHalves ? (2 * part) + half : part];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Add(Vector128<sbyte> half, short* codes, float scale, Vector128<float> sum)
    {
        Vector128<int> products = WordProducts.Pairs(Vector128.WidenLower(half), Vector128.Load(codes))
            + WordProducts.Pairs(Vector128.WidenUpper(half), Vector128.Load(codes + 8));
        return Vector128.MultiplyAddEstimate(Vector128.ConvertToSingle(products), Vector128.Create(scale), sum);
    }
}
