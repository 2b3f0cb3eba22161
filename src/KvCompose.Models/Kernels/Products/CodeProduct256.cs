using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Models.Kernels.Blocks;

namespace KvCompose.Models.Kernels.Products;

/// <summary>Products of stored codes with coded activations in 256-bit vectors: a part is two vectors of 16 words.</summary>
internal static unsafe class CodeProduct256<TBlocks>
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
            Vector256<float> even = default, odd = default;
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
                    even = Add(TBlocks.Codes(group, pair, 0), codes + (pair * 64), scales, 2 * pair, even);
                    odd = Add(TBlocks.Codes(group, pair, 1), codes + (pair * 64) + 32, scales, (2 * pair) + 1, odd);
                }

                if (parts % 2 != 0)
                {
                    even = Add(TBlocks.Codes(group, pair, 0), codes + (pair * 64), scales, 2 * pair, even);
                }
            }

            call.Write(output, 0, Vector256.Sum(even + odd) + (TBlocks.HasMinima ? Vector256.Sum(minima) : 0));
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
            Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
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
                    Vector256<sbyte> words = part % 2 == 0 ? TBlocks.Codes(group, part / 2, 0) : TBlocks.Codes(group, part / 2, 1);
                    short* place = codes + (part * CodedRows.Block);
                    sum0 = Add(words, place, scales + Own, part, sum0);
                    sum1 = Add(words, place + CodedRows.Group, scales + (2 * Own), part, sum1);
                    sum2 = Add(words, place + (2 * CodedRows.Group), scales + (3 * Own), part, sum2);
                    sum3 = Add(words, place + (3 * CodedRows.Group), scales + (4 * Own), part, sum3);
                }
            }

            call.Write(output, 0, Vector256.Sum(sum0) + Vector256.Sum(least0));
            call.Write(output, 1, Vector256.Sum(sum1) + Vector256.Sum(least1));
            call.Write(output, 2, Vector256.Sum(sum2) + Vector256.Sum(least2));
            call.Write(output, 3, Vector256.Sum(sum3) + Vector256.Sum(least3));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<sbyte> part, short* codes, float* scales, int index, Vector256<float> sum)
    {
        Vector256<int> low = WordProducts.Pairs(Vector256.WidenLower(part), Vector256.Load(codes));
        Vector256<int> high = WordProducts.Pairs(Vector256.WidenUpper(part), Vector256.Load(codes + 16));
        if (!TBlocks.HasHalves)
        {
            return Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(low + high), Vector256.Create(scales[index]), sum);
        }

        sum = Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(low), Vector256.Create(scales[2 * index]), sum);
        return Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(high), Vector256.Create(scales[(2 * index) + 1]), sum);
    }
}
