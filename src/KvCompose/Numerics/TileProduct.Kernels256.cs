using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Numerics;

public static unsafe partial class TileProduct
{
    /// <summary>
    /// <see cref="Multiply"/> for 16 registers of 256 bits: six rows of 16 columns are 12 accumulators, two columns of b and one
    /// broadcast.
    /// </summary>
    internal static void Multiply256(
        int tileRows, float* a, float* b, nint second, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        for (int half = 0; half < 2; half++, b += second, c += Lanes)
        {
            switch (tileRows)
            {
                case 1:
                    OneRow256(a, b, step, depth, c, accumulate);
                    break;
                case 4:
                    FourRows256(a, b, step, depth, c, stride, accumulate);
                    break;
                case 8:
                    FourRows256(a, b, step, depth, c, stride, accumulate);
                    FourRows256(a + (4 * DepthBlock), b, step, depth, c + (4 * stride), stride, accumulate);
                    break;
                default:
                    SixRows256(a, b, step, depth, c, stride, accumulate);
                    SixRows256(a + (6 * DepthBlock), b, step, depth, c + (6 * stride), stride, accumulate);
                    break;
            }
        }
    }

    /// <summary>Six rows, 16 columns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void SixRows256(float* a, float* b, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        Vector256<float> left0 = default, right0 = default;
        Vector256<float> left1 = default, right1 = default;
        Vector256<float> left2 = default, right2 = default;
        Vector256<float> left3 = default, right3 = default;
        Vector256<float> left4 = default, right4 = default;
        Vector256<float> left5 = default, right5 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> left = Vector256.Load(b), right = Vector256.Load(b + 8);
            Vector256<float> row0 = Vector256.Create(*a);
            left0 = Vector256.MultiplyAddEstimate(row0, left, left0);
            right0 = Vector256.MultiplyAddEstimate(row0, right, right0);
            Vector256<float> row1 = Vector256.Create(*(a + DepthBlock));
            left1 = Vector256.MultiplyAddEstimate(row1, left, left1);
            right1 = Vector256.MultiplyAddEstimate(row1, right, right1);
            Vector256<float> row2 = Vector256.Create(*(a + (2 * DepthBlock)));
            left2 = Vector256.MultiplyAddEstimate(row2, left, left2);
            right2 = Vector256.MultiplyAddEstimate(row2, right, right2);
            Vector256<float> row3 = Vector256.Create(*(a + (3 * DepthBlock)));
            left3 = Vector256.MultiplyAddEstimate(row3, left, left3);
            right3 = Vector256.MultiplyAddEstimate(row3, right, right3);
            Vector256<float> row4 = Vector256.Create(*(a + (4 * DepthBlock)));
            left4 = Vector256.MultiplyAddEstimate(row4, left, left4);
            right4 = Vector256.MultiplyAddEstimate(row4, right, right4);
            Vector256<float> row5 = Vector256.Create(*(a + (5 * DepthBlock)));
            left5 = Vector256.MultiplyAddEstimate(row5, left, left5);
            right5 = Vector256.MultiplyAddEstimate(row5, right, right5);
            a++;
            b += step;
        }

        Store(c, left0, right0, accumulate);
        Store(c + stride, left1, right1, accumulate);
        Store(c + (2 * stride), left2, right2, accumulate);
        Store(c + (3 * stride), left3, right3, accumulate);
        Store(c + (4 * stride), left4, right4, accumulate);
        Store(c + (5 * stride), left5, right5, accumulate);
    }

    /// <summary>Four rows, 16 columns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FourRows256(float* a, float* b, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        Vector256<float> left0 = default, right0 = default;
        Vector256<float> left1 = default, right1 = default;
        Vector256<float> left2 = default, right2 = default;
        Vector256<float> left3 = default, right3 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> left = Vector256.Load(b), right = Vector256.Load(b + 8);
            Vector256<float> row0 = Vector256.Create(*a);
            left0 = Vector256.MultiplyAddEstimate(row0, left, left0);
            right0 = Vector256.MultiplyAddEstimate(row0, right, right0);
            Vector256<float> row1 = Vector256.Create(*(a + DepthBlock));
            left1 = Vector256.MultiplyAddEstimate(row1, left, left1);
            right1 = Vector256.MultiplyAddEstimate(row1, right, right1);
            Vector256<float> row2 = Vector256.Create(*(a + (2 * DepthBlock)));
            left2 = Vector256.MultiplyAddEstimate(row2, left, left2);
            right2 = Vector256.MultiplyAddEstimate(row2, right, right2);
            Vector256<float> row3 = Vector256.Create(*(a + (3 * DepthBlock)));
            left3 = Vector256.MultiplyAddEstimate(row3, left, left3);
            right3 = Vector256.MultiplyAddEstimate(row3, right, right3);
            a++;
            b += step;
        }

        Store(c, left0, right0, accumulate);
        Store(c + stride, left1, right1, accumulate);
        Store(c + (2 * stride), left2, right2, accumulate);
        Store(c + (3 * stride), left3, right3, accumulate);
    }

    /// <summary>One row, 16 columns: four depths in flight, because two accumulators alone would wait for each other's latency.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void OneRow256(float* a, float* b, nint step, int depth, float* c, bool accumulate)
    {
        Vector256<float> left0 = default, left1 = default, left2 = default, left3 = default;
        Vector256<float> right0 = default, right1 = default, right2 = default, right3 = default;
        int k = 0;
        for (; k <= depth - 4; k += 4)
        {
            Vector256<float> row0 = Vector256.Create(a[k]), row1 = Vector256.Create(a[k + 1]);
            Vector256<float> row2 = Vector256.Create(a[k + 2]), row3 = Vector256.Create(a[k + 3]);
            left0 = Vector256.MultiplyAddEstimate(row0, Vector256.Load(b), left0);
            right0 = Vector256.MultiplyAddEstimate(row0, Vector256.Load(b + 8), right0);
            b += step;
            left1 = Vector256.MultiplyAddEstimate(row1, Vector256.Load(b), left1);
            right1 = Vector256.MultiplyAddEstimate(row1, Vector256.Load(b + 8), right1);
            b += step;
            left2 = Vector256.MultiplyAddEstimate(row2, Vector256.Load(b), left2);
            right2 = Vector256.MultiplyAddEstimate(row2, Vector256.Load(b + 8), right2);
            b += step;
            left3 = Vector256.MultiplyAddEstimate(row3, Vector256.Load(b), left3);
            right3 = Vector256.MultiplyAddEstimate(row3, Vector256.Load(b + 8), right3);
            b += step;
        }

        for (; k < depth; k++)
        {
            Vector256<float> row = Vector256.Create(a[k]);
            left0 = Vector256.MultiplyAddEstimate(row, Vector256.Load(b), left0);
            right0 = Vector256.MultiplyAddEstimate(row, Vector256.Load(b + 8), right0);
            b += step;
        }

        Store(c, (left0 + left1) + (left2 + left3), (right0 + right1) + (right2 + right3), accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector256<float> left, Vector256<float> right, bool accumulate)
    {
        if (accumulate)
        {
            left += Vector256.Load(c);
            right += Vector256.Load(c + 8);
        }

        left.Store(c);
        right.Store(c + 8);
    }
}
