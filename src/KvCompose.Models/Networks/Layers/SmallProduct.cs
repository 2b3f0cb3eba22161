using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Networks.Layers;

/// <summary>A product of two small matrices that both lie in cache.</summary>
internal static unsafe class SmallProduct
{
    private const int Lanes = 8;

    /// <summary>c [rows, columns] = a [rows, depth] · b [depth, columns], or += .</summary>
    /// <param name="a">Left matrix.</param>
    /// <param name="aStride">Floats from one row of it to the next.</param>
    /// <param name="b">Right matrix.</param>
    /// <param name="bStride">Floats from one row of it to the next.</param>
    /// <param name="c">Receives the product.</param>
    /// <param name="cStride">Floats from one row of it to the next.</param>
    /// <param name="rows">Rows of a.</param>
    /// <param name="depth">Columns of a.</param>
    /// <param name="columns">Columns of b.</param>
    /// <param name="accumulate">Whether the product is added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* a, nint aStride, float* b, nint bStride, float* c, nint cStride, int rows, int depth, int columns, bool accumulate)
    {
        int row = 0;
        for (; row <= rows - 4; row += 4, a += 4 * aStride, c += 4 * cStride)
        {
            int column = 0;
            for (; column <= columns - (2 * Lanes); column += 2 * Lanes)
            {
                Four(a, aStride, b + column, bStride, c + column, cStride, depth, accumulate);
            }

            for (int one = 0; one < 4; one++)
            {
                One(a + (one * aStride), b, bStride, c + (one * cStride), depth, column, columns, accumulate);
            }
        }

        for (; row < rows; row++, a += aStride, c += cStride)
        {
            One(a, b, bStride, c, depth, 0, columns, accumulate);
        }
    }

    /// <summary>Four rows and sixteen columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(float* a, nint aStride, float* b, nint bStride, float* c, nint cStride, int depth, bool accumulate)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (int i = 0; i < depth; i++, b += bStride)
        {
            Vector256<float> first = Vector256.Load(b), second = Vector256.Load(b + Lanes);
            Vector256<float> factor = Vector256.Create(a[i]);
            (c00, c01) = (Vector256.MultiplyAddEstimate(factor, first, c00), Vector256.MultiplyAddEstimate(factor, second, c01));
            factor = Vector256.Create(a[aStride + i]);
            (c10, c11) = (Vector256.MultiplyAddEstimate(factor, first, c10), Vector256.MultiplyAddEstimate(factor, second, c11));
            factor = Vector256.Create(a[(2 * aStride) + i]);
            (c20, c21) = (Vector256.MultiplyAddEstimate(factor, first, c20), Vector256.MultiplyAddEstimate(factor, second, c21));
            factor = Vector256.Create(a[(3 * aStride) + i]);
            (c30, c31) = (Vector256.MultiplyAddEstimate(factor, first, c30), Vector256.MultiplyAddEstimate(factor, second, c31));
        }

        Write(c, c00, c01, accumulate);
        Write(c + cStride, c10, c11, accumulate);
        Write(c + (2 * cStride), c20, c21, accumulate);
        Write(c + (3 * cStride), c30, c31, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(float* c, Vector256<float> first, Vector256<float> second, bool accumulate)
    {
        (accumulate ? first + Vector256.Load(c) : first).Store(c);
        (accumulate ? second + Vector256.Load(c + Lanes) : second).Store(c + Lanes);
    }

    private static void One(float* a, float* b, nint bStride, float* c, int depth, int column, int columns, bool accumulate)
    {
        for (; column <= columns - Lanes; column += Lanes)
        {
            Vector256<float> sum = accumulate ? Vector256.Load(c + column) : default;
            for (int i = 0; i < depth; i++)
            {
                sum = Vector256.MultiplyAddEstimate(Vector256.Create(a[i]), Vector256.Load(b + (i * bStride) + column), sum);
            }

            sum.Store(c + column);
        }

        for (; column < columns; column++)
        {
            float sum = accumulate ? c[column] : 0;
            for (int i = 0; i < depth; i++)
            {
                sum += a[i] * b[(i * bStride) + column];
            }

            c[column] = sum;
        }
    }
}
