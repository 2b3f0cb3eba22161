using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Numerics;

/// <summary>
/// The inner products that every dense loop of the library stands on: a few rows of a times 32 columns of b, accumulated
/// in registers. The methods that do the work are leaves: no accumulator lives across a call.
/// </summary>
/// <remarks>
/// a is row-major with a fixed stride of <see cref="DepthBlock"/> floats, so that one pointer addresses all rows by constant
/// displacements; a longer depth is cut into blocks. b holds two columns of 16 lanes that may lie apart: a packed panel of 32
/// columns, or two neighbouring key tiles. Each vector width has loops of its own, with as many accumulators as its registers hold.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe partial class TileProduct
{
    /// <summary>Rows of the largest tile.</summary>
    public const int MaxRows = 12;

    /// <summary>Columns of every tile.</summary>
    public const int Columns = 2 * Lanes;

    /// <summary>Floats between two rows of a, and the largest depth of one call with more than one row.</summary>
    public const int DepthBlock = 256;

    /// <summary>Floats of one vector.</summary>
    public const int Lanes = 16;

    /// <summary>The smallest tile that holds <paramref name="rows"/> rows: 1, 4, 8, or 12 for all that is more.</summary>
    public static int TileRows(int rows) => rows switch { <= 1 => 1, <= 4 => 4, <= 8 => 8, _ => MaxRows };

    /// <summary>c [tileRows, 32] = a [tileRows, depth] · b [depth, 32], or += if <paramref name="accumulate"/>.</summary>
    /// <param name="tileRows">1, 4, 8 or 12. A single row may have any depth.</param>
    /// <param name="a">Rows <see cref="DepthBlock"/> floats apart.</param>
    /// <param name="b">The first 16 columns at depth 0.</param>
    /// <param name="second">Floats from <paramref name="b"/> to the other 16 columns.</param>
    /// <param name="step">Floats from one depth of b to the next.</param>
    /// <param name="depth">Products that are summed for one element of c.</param>
    /// <param name="c">Row-major.</param>
    /// <param name="stride">Floats between two rows of c.</param>
    /// <param name="accumulate">Whether c is added to rather than overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(
        int tileRows, float* a, float* b, nint second, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Multiply512(tileRows, a, b, second, step, depth, c, stride, accumulate);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Multiply256(tileRows, a, b, second, step, depth, c, stride, accumulate);
        }
        else
        {
            Multiply128(tileRows, a, b, second, step, depth, c, stride, accumulate);
        }
    }

    /// <summary><see cref="Multiply"/> for 32 registers of 512 bits.</summary>
    internal static void Multiply512(
        int tileRows, float* a, float* b, nint second, nint step, int depth, float* c, nint stride, bool accumulate)
    {
        switch (tileRows)
        {
            case 1:
                Multiply1(a, b, second, step, depth, c, accumulate);
                break;
            case 4:
                Multiply4(a, b, second, step, depth, c, stride, accumulate);
                break;
            case 8:
                Multiply8(a, b, second, step, depth, c, stride, accumulate);
                break;
            default:
                Multiply12(a, b, second, step, depth, c, stride, accumulate);
                break;
        }
    }

    /// <summary>One row: four depths in flight, because two accumulators alone would wait for each other's latency.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply1(float* a, float* b, nint second, nint step, int depth, float* c, bool accumulate)
    {
        Vector512<float> left0 = default, left1 = default, left2 = default, left3 = default;
        Vector512<float> right0 = default, right1 = default, right2 = default, right3 = default;
        int k = 0;
        for (; k <= depth - 4; k += 4)
        {
            Vector512<float> row0 = Vector512.Create(a[k]), row1 = Vector512.Create(a[k + 1]);
            Vector512<float> row2 = Vector512.Create(a[k + 2]), row3 = Vector512.Create(a[k + 3]);
            left0 = Vector512.FusedMultiplyAdd(row0, Vector512.Load(b), left0);
            right0 = Vector512.FusedMultiplyAdd(row0, Vector512.Load(b + second), right0);
            b += step;
            left1 = Vector512.FusedMultiplyAdd(row1, Vector512.Load(b), left1);
            right1 = Vector512.FusedMultiplyAdd(row1, Vector512.Load(b + second), right1);
            b += step;
            left2 = Vector512.FusedMultiplyAdd(row2, Vector512.Load(b), left2);
            right2 = Vector512.FusedMultiplyAdd(row2, Vector512.Load(b + second), right2);
            b += step;
            left3 = Vector512.FusedMultiplyAdd(row3, Vector512.Load(b), left3);
            right3 = Vector512.FusedMultiplyAdd(row3, Vector512.Load(b + second), right3);
            b += step;
        }

        for (; k < depth; k++)
        {
            Vector512<float> row = Vector512.Create(a[k]);
            left0 = Vector512.FusedMultiplyAdd(row, Vector512.Load(b), left0);
            right0 = Vector512.FusedMultiplyAdd(row, Vector512.Load(b + second), right0);
            b += step;
        }

        Store(c, (left0 + left1) + (left2 + left3), (right0 + right1) + (right2 + right3), accumulate);
    }
}
