using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Numerics;

public static unsafe partial class TileProduct
{
    /// <summary>Twelve rows: 24 accumulators, two columns of b and one broadcast live in 27 of the 32 registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply12(float* a, float* b, nint second, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        Vector512<float> left0 = default, right0 = default;
        Vector512<float> left1 = default, right1 = default;
        Vector512<float> left2 = default, right2 = default;
        Vector512<float> left3 = default, right3 = default;
        Vector512<float> left4 = default, right4 = default;
        Vector512<float> left5 = default, right5 = default;
        Vector512<float> left6 = default, right6 = default;
        Vector512<float> left7 = default, right7 = default;
        Vector512<float> left8 = default, right8 = default;
        Vector512<float> left9 = default, right9 = default;
        Vector512<float> left10 = default, right10 = default;
        Vector512<float> left11 = default, right11 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector512<float> left = Vector512.Load(b), right = Vector512.Load(b + second);
            Vector512<float> row0 = Vector512.Create(*a);
            left0 = Vector512.FusedMultiplyAdd(row0, left, left0);
            right0 = Vector512.FusedMultiplyAdd(row0, right, right0);
            Vector512<float> row1 = Vector512.Create(*(a + DepthBlock));
            left1 = Vector512.FusedMultiplyAdd(row1, left, left1);
            right1 = Vector512.FusedMultiplyAdd(row1, right, right1);
            Vector512<float> row2 = Vector512.Create(*(a + 2 * DepthBlock));
            left2 = Vector512.FusedMultiplyAdd(row2, left, left2);
            right2 = Vector512.FusedMultiplyAdd(row2, right, right2);
            Vector512<float> row3 = Vector512.Create(*(a + 3 * DepthBlock));
            left3 = Vector512.FusedMultiplyAdd(row3, left, left3);
            right3 = Vector512.FusedMultiplyAdd(row3, right, right3);
            Vector512<float> row4 = Vector512.Create(*(a + 4 * DepthBlock));
            left4 = Vector512.FusedMultiplyAdd(row4, left, left4);
            right4 = Vector512.FusedMultiplyAdd(row4, right, right4);
            Vector512<float> row5 = Vector512.Create(*(a + 5 * DepthBlock));
            left5 = Vector512.FusedMultiplyAdd(row5, left, left5);
            right5 = Vector512.FusedMultiplyAdd(row5, right, right5);
            Vector512<float> row6 = Vector512.Create(*(a + 6 * DepthBlock));
            left6 = Vector512.FusedMultiplyAdd(row6, left, left6);
            right6 = Vector512.FusedMultiplyAdd(row6, right, right6);
            Vector512<float> row7 = Vector512.Create(*(a + 7 * DepthBlock));
            left7 = Vector512.FusedMultiplyAdd(row7, left, left7);
            right7 = Vector512.FusedMultiplyAdd(row7, right, right7);
            Vector512<float> row8 = Vector512.Create(*(a + 8 * DepthBlock));
            left8 = Vector512.FusedMultiplyAdd(row8, left, left8);
            right8 = Vector512.FusedMultiplyAdd(row8, right, right8);
            Vector512<float> row9 = Vector512.Create(*(a + 9 * DepthBlock));
            left9 = Vector512.FusedMultiplyAdd(row9, left, left9);
            right9 = Vector512.FusedMultiplyAdd(row9, right, right9);
            Vector512<float> row10 = Vector512.Create(*(a + 10 * DepthBlock));
            left10 = Vector512.FusedMultiplyAdd(row10, left, left10);
            right10 = Vector512.FusedMultiplyAdd(row10, right, right10);
            Vector512<float> row11 = Vector512.Create(*(a + 11 * DepthBlock));
            left11 = Vector512.FusedMultiplyAdd(row11, left, left11);
            right11 = Vector512.FusedMultiplyAdd(row11, right, right11);
            a++;
            b += step;
        }

        Store(c, left0, right0, accumulate);
        Store(c + stride, left1, right1, accumulate);
        Store(c + 2 * stride, left2, right2, accumulate);
        Store(c + 3 * stride, left3, right3, accumulate);
        Store(c + 4 * stride, left4, right4, accumulate);
        Store(c + 5 * stride, left5, right5, accumulate);
        Store(c + 6 * stride, left6, right6, accumulate);
        Store(c + 7 * stride, left7, right7, accumulate);
        Store(c + 8 * stride, left8, right8, accumulate);
        Store(c + 9 * stride, left9, right9, accumulate);
        Store(c + 10 * stride, left10, right10, accumulate);
        Store(c + 11 * stride, left11, right11, accumulate);
    }

    /// <summary>Eight rows.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply8(float* a, float* b, nint second, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        Vector512<float> left0 = default, right0 = default;
        Vector512<float> left1 = default, right1 = default;
        Vector512<float> left2 = default, right2 = default;
        Vector512<float> left3 = default, right3 = default;
        Vector512<float> left4 = default, right4 = default;
        Vector512<float> left5 = default, right5 = default;
        Vector512<float> left6 = default, right6 = default;
        Vector512<float> left7 = default, right7 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector512<float> left = Vector512.Load(b), right = Vector512.Load(b + second);
            Vector512<float> row0 = Vector512.Create(*a);
            left0 = Vector512.FusedMultiplyAdd(row0, left, left0);
            right0 = Vector512.FusedMultiplyAdd(row0, right, right0);
            Vector512<float> row1 = Vector512.Create(*(a + DepthBlock));
            left1 = Vector512.FusedMultiplyAdd(row1, left, left1);
            right1 = Vector512.FusedMultiplyAdd(row1, right, right1);
            Vector512<float> row2 = Vector512.Create(*(a + 2 * DepthBlock));
            left2 = Vector512.FusedMultiplyAdd(row2, left, left2);
            right2 = Vector512.FusedMultiplyAdd(row2, right, right2);
            Vector512<float> row3 = Vector512.Create(*(a + 3 * DepthBlock));
            left3 = Vector512.FusedMultiplyAdd(row3, left, left3);
            right3 = Vector512.FusedMultiplyAdd(row3, right, right3);
            Vector512<float> row4 = Vector512.Create(*(a + 4 * DepthBlock));
            left4 = Vector512.FusedMultiplyAdd(row4, left, left4);
            right4 = Vector512.FusedMultiplyAdd(row4, right, right4);
            Vector512<float> row5 = Vector512.Create(*(a + 5 * DepthBlock));
            left5 = Vector512.FusedMultiplyAdd(row5, left, left5);
            right5 = Vector512.FusedMultiplyAdd(row5, right, right5);
            Vector512<float> row6 = Vector512.Create(*(a + 6 * DepthBlock));
            left6 = Vector512.FusedMultiplyAdd(row6, left, left6);
            right6 = Vector512.FusedMultiplyAdd(row6, right, right6);
            Vector512<float> row7 = Vector512.Create(*(a + 7 * DepthBlock));
            left7 = Vector512.FusedMultiplyAdd(row7, left, left7);
            right7 = Vector512.FusedMultiplyAdd(row7, right, right7);
            a++;
            b += step;
        }

        Store(c, left0, right0, accumulate);
        Store(c + stride, left1, right1, accumulate);
        Store(c + 2 * stride, left2, right2, accumulate);
        Store(c + 3 * stride, left3, right3, accumulate);
        Store(c + 4 * stride, left4, right4, accumulate);
        Store(c + 5 * stride, left5, right5, accumulate);
        Store(c + 6 * stride, left6, right6, accumulate);
        Store(c + 7 * stride, left7, right7, accumulate);
    }

    /// <summary>Four rows.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4(float* a, float* b, nint second, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        Vector512<float> left0 = default, right0 = default;
        Vector512<float> left1 = default, right1 = default;
        Vector512<float> left2 = default, right2 = default;
        Vector512<float> left3 = default, right3 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector512<float> left = Vector512.Load(b), right = Vector512.Load(b + second);
            Vector512<float> row0 = Vector512.Create(*a);
            left0 = Vector512.FusedMultiplyAdd(row0, left, left0);
            right0 = Vector512.FusedMultiplyAdd(row0, right, right0);
            Vector512<float> row1 = Vector512.Create(*(a + DepthBlock));
            left1 = Vector512.FusedMultiplyAdd(row1, left, left1);
            right1 = Vector512.FusedMultiplyAdd(row1, right, right1);
            Vector512<float> row2 = Vector512.Create(*(a + 2 * DepthBlock));
            left2 = Vector512.FusedMultiplyAdd(row2, left, left2);
            right2 = Vector512.FusedMultiplyAdd(row2, right, right2);
            Vector512<float> row3 = Vector512.Create(*(a + 3 * DepthBlock));
            left3 = Vector512.FusedMultiplyAdd(row3, left, left3);
            right3 = Vector512.FusedMultiplyAdd(row3, right, right3);
            a++;
            b += step;
        }

        Store(c, left0, right0, accumulate);
        Store(c + stride, left1, right1, accumulate);
        Store(c + 2 * stride, left2, right2, accumulate);
        Store(c + 3 * stride, left3, right3, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector512<float> left, Vector512<float> right, bool accumulate)
    {
        if (accumulate)
        {
            left += Vector512.Load(c);
            right += Vector512.Load(c + Lanes);
        }

        left.Store(c);
        right.Store(c + Lanes);
    }
}
