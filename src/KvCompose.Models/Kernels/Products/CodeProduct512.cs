using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Models.Kernels.Blocks;

namespace KvCompose.Models.Kernels.Products;

/// <summary>Products of stored codes with coded activations in 512-bit vectors: a part is one vector of 32 words.</summary>
internal static unsafe class CodeProduct512<TBlocks>
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
            Vector512<float> even = default, odd = default;
            Vector256<float> minima = default;
            for (int left = call.Depth; left > 0; left -= CodedRows.Group, group += call.GroupBytes, codes += x.Step, own += x.ScaleStep)
            {
                int parts = Math.Min(left, CodedRows.Group) / CodedRows.Block, pair = 0;
                TBlocks.Scales(group, parts, scales);
                GroupScales.Combine<TBlocks>(scales, x.Scales + own, scales);
                if (TBlocks.HasMinima)
                {
                    minima = Vector256.MultiplyAddEstimate(TBlocks.Minima(group, parts), Vector256.Load(x.Sums + own), minima);
                }

                for (; pair < parts / 2; pair++)
                {
                    even = Add(Widen(TBlocks.Codes(group, pair, 0)), codes + (pair * 64), scales, 2 * pair, even);
                    odd = Add(Widen(TBlocks.Codes(group, pair, 1)), codes + (pair * 64) + 32, scales, (2 * pair) + 1, odd);
                }

                if (parts % 2 != 0)
                {
                    even = Add(Widen(TBlocks.Codes(group, pair, 0)), codes + (pair * 64), scales, 2 * pair, even);
                }
            }

            call.Write(output, 0, Vector512.Sum(even + odd) + (TBlocks.HasMinima ? Vector256.Sum(minima) : 0));
        }
    }

    /// <summary>Four rows of activations: the codes of a part are widened once for all of them.</summary>
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
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            Vector256<float> least0 = default, least1 = default, least2 = default, least3 = default;
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
                    Vector256<float> minima = TBlocks.Minima(group, parts);
                    float* sums = x.Sums + own;
                    least0 = Vector256.MultiplyAddEstimate(minima, Vector256.Load(sums), least0);
                    least1 = Vector256.MultiplyAddEstimate(minima, Vector256.Load(sums + CodedRows.Parts), least1);
                    least2 = Vector256.MultiplyAddEstimate(minima, Vector256.Load(sums + (2 * CodedRows.Parts)), least2);
                    least3 = Vector256.MultiplyAddEstimate(minima, Vector256.Load(sums + (3 * CodedRows.Parts)), least3);
                }

                for (int part = 0; part < parts; part++)
                {
                    Vector512<short> words = Widen(part % 2 == 0 ? TBlocks.Codes(group, part / 2, 0) : TBlocks.Codes(group, part / 2, 1));
                    short* place = codes + (part * CodedRows.Block);
                    sum0 = Add(words, place, scales + Own, part, sum0);
                    sum1 = Add(words, place + CodedRows.Group, scales + (2 * Own), part, sum1);
                    sum2 = Add(words, place + (2 * CodedRows.Group), scales + (3 * Own), part, sum2);
                    sum3 = Add(words, place + (3 * CodedRows.Group), scales + (4 * Own), part, sum3);
                }
            }

            call.Write(output, 0, Vector512.Sum(sum0) + Vector256.Sum(least0));
            call.Write(output, 1, Vector512.Sum(sum1) + Vector256.Sum(least1));
            call.Write(output, 2, Vector512.Sum(sum2) + Vector256.Sum(least2));
            call.Write(output, 3, Vector512.Sum(sum3) + Vector256.Sum(least3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Widen(Vector256<sbyte> codes) => Vector512.WidenLower(codes.ToVector512Unsafe());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<short> words, short* codes, float* scales, int part, Vector512<float> sum)
    {
        Vector512<float> products = Vector512.ConvertToSingle(WordProducts.Pairs(words, Vector512.Load(codes)));
        Vector512<float> scale = TBlocks.HasHalves
            ? Vector512.Create(Vector256.Create(scales[2 * part]), Vector256.Create(scales[(2 * part) + 1]))
            : Vector512.Create(scales[part]);
        return Vector512.MultiplyAddEstimate(products, scale, sum);
    }
}
