using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Numerics;

public static unsafe partial class TileProduct
{
    /// <summary>
    /// <see cref="Multiply"/> for registers of 128 bits, of which SSE has 16 and NEON 32: four rows of 8 columns are 8 accumulators,
    /// two columns of b and one broadcast.
    /// </summary>
    internal static void Multiply128(
        int tileRows, float* a, float* b, nint second, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        for (int column = 0; column < Columns; column += Lanes / 2)
        {
            float* own = b + (column / Lanes * second) + (column % Lanes), target = c + column;
            if (tileRows == 1)
            {
                OneRow128(a, own, step, depth, target, accumulate);
                continue;
            }

            for (int row = 0; row < tileRows; row += 4)
            {
                FourRows128(a + (row * DepthBlock), own, step, depth, target + (row * stride), stride, accumulate);
            }
        }
    }

    /// <summary>Four rows, 8 columns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FourRows128(float* a, float* b, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        Vector128<float> left0 = default, right0 = default;
        Vector128<float> left1 = default, right1 = default;
        Vector128<float> left2 = default, right2 = default;
        Vector128<float> left3 = default, right3 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector128<float> left = Vector128.Load(b), right = Vector128.Load(b + 4);
            Vector128<float> row0 = Vector128.Create(*a);
            left0 = Vector128.MultiplyAddEstimate(row0, left, left0);
            right0 = Vector128.MultiplyAddEstimate(row0, right, right0);
            Vector128<float> row1 = Vector128.Create(*(a + DepthBlock));
            left1 = Vector128.MultiplyAddEstimate(row1, left, left1);
            right1 = Vector128.MultiplyAddEstimate(row1, right, right1);
            Vector128<float> row2 = Vector128.Create(*(a + (2 * DepthBlock)));
            left2 = Vector128.MultiplyAddEstimate(row2, left, left2);
            right2 = Vector128.MultiplyAddEstimate(row2, right, right2);
            Vector128<float> row3 = Vector128.Create(*(a + (3 * DepthBlock)));
            left3 = Vector128.MultiplyAddEstimate(row3, left, left3);
            right3 = Vector128.MultiplyAddEstimate(row3, right, right3);
            a++;
            b += step;
        }

        Store(c, left0, right0, accumulate);
        Store(c + stride, left1, right1, accumulate);
        Store(c + (2 * stride), left2, right2, accumulate);
        Store(c + (3 * stride), left3, right3, accumulate);
    }

    /// <summary>One row, 8 columns: four depths in flight, because two accumulators alone would wait for each other's latency.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void OneRow128(float* a, float* b, nint step, int depth, float* c, bool accumulate)
    {
        Vector128<float> left0 = default, left1 = default, left2 = default, left3 = default;
        Vector128<float> right0 = default, right1 = default, right2 = default, right3 = default;
        int k = 0;
        for (; k <= depth - 4; k += 4)
        {
            Vector128<float> row0 = Vector128.Create(a[k]), row1 = Vector128.Create(a[k + 1]);
            Vector128<float> row2 = Vector128.Create(a[k + 2]), row3 = Vector128.Create(a[k + 3]);
            left0 = Vector128.MultiplyAddEstimate(row0, Vector128.Load(b), left0);
            right0 = Vector128.MultiplyAddEstimate(row0, Vector128.Load(b + 4), right0);
            b += step;
            left1 = Vector128.MultiplyAddEstimate(row1, Vector128.Load(b), left1);
            right1 = Vector128.MultiplyAddEstimate(row1, Vector128.Load(b + 4), right1);
            b += step;
            left2 = Vector128.MultiplyAddEstimate(row2, Vector128.Load(b), left2);
            right2 = Vector128.MultiplyAddEstimate(row2, Vector128.Load(b + 4), right2);
            b += step;
            left3 = Vector128.MultiplyAddEstimate(row3, Vector128.Load(b), left3);
            right3 = Vector128.MultiplyAddEstimate(row3, Vector128.Load(b + 4), right3);
            b += step;
        }

        for (; k < depth; k++)
        {
            Vector128<float> row = Vector128.Create(a[k]);
            left0 = Vector128.MultiplyAddEstimate(row, Vector128.Load(b), left0);
            right0 = Vector128.MultiplyAddEstimate(row, Vector128.Load(b + 4), right0);
            b += step;
        }

        Store(c, (left0 + left1) + (left2 + left3), (right0 + right1) + (right2 + right3), accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector128<float> left, Vector128<float> right, bool accumulate)
    {
        if (accumulate)
        {
            left += Vector128.Load(c);
            right += Vector128.Load(c + 4);
        }

        left.Store(c);
        right.Store(c + 4);
    }
}
