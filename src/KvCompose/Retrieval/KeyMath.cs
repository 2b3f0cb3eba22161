using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Retrieval;

/// <summary>Sums over keys, in one fixed order each. Rows have a multiple of 16 elements; a tile is 16 keys, [d][16].</summary>
internal static unsafe class KeyMath
{
    private const int Lanes = 16;

    /// <summary>Σ a_i b_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(float* a, float* b, int length)
    {
        Vector512<float> sum = default;
        for (int i = 0; i < length; i += Lanes)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum);
        }

        return Vector512.Sum(sum);
    }

    /// <summary>Σ a_i b_i and Σ c_i b_i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (float First, float Second) Dot(float* a, float* c, float* b, int length)
    {
        Vector512<float> first = default, second = default;
        for (int i = 0; i < length; i += Lanes)
        {
            Vector512<float> shared = Vector512.Load(b + i);
            first = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), shared, first);
            second = Vector512.FusedMultiplyAdd(Vector512.Load(c + i), shared, second);
        }

        return (Vector512.Sum(first), Vector512.Sum(second));
    }

    /// <summary>Σ |a_i| b_i.</summary>
    public static float AbsoluteDot(float* a, float* b, int length)
    {
        Vector512<float> sum = default;
        for (int i = 0; i < length; i += Lanes)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Abs(Vector512.Load(a + i)), Vector512.Load(b + i), sum);
        }

        return Vector512.Sum(sum);
    }

    /// <summary>Σ max(q_i smallest_i, q_i largest_i).</summary>
    public static float LargestProduct(float* query, float* smallest, float* largest, int length)
    {
        Vector512<float> sum = default;
        for (int i = 0; i < length; i += Lanes)
        {
            Vector512<float> element = Vector512.Load(query + i);
            sum += Vector512.Max(element * Vector512.Load(smallest + i), element * Vector512.Load(largest + i));
        }

        return Vector512.Sum(sum);
    }

    /// <summary>Σ (a_i − b_i)².</summary>
    public static float SquaredDistance(float* a, float* b, int length)
    {
        Vector512<float> sum = default;
        for (int i = 0; i < length; i += Lanes)
        {
            Vector512<float> difference = Vector512.Load(a + i) - Vector512.Load(b + i);
            sum = Vector512.FusedMultiplyAdd(difference, difference, sum);
        }

        return Vector512.Sum(sum);
    }

    /// <summary>target += factor · row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(float* target, float* row, float factor, int length)
    {
        Vector512<float> wide = Vector512.Create(factor);
        for (int i = 0; i < length; i += Lanes)
        {
            Vector512.FusedMultiplyAdd(wide, Vector512.Load(row + i), Vector512.Load(target + i)).Store(target + i);
        }
    }

    /// <summary>target += factor · (row − target).</summary>
    public static void Approach(float* target, float* row, float factor, int length)
    {
        Vector512<float> wide = Vector512.Create(factor);
        for (int i = 0; i < length; i += Lanes)
        {
            Vector512<float> before = Vector512.Load(target + i);
            Vector512.FusedMultiplyAdd(wide, Vector512.Load(row + i) - before, before).Store(target + i);
        }
    }

    /// <summary>|k|² of the 16 keys of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> SquaredNorms(float* tile, int headDim)
    {
        Vector512<float> sum = default;
        for (int i = 0; i < headDim; i++)
        {
            Vector512<float> keys = Vector512.Load(tile + (i * Lanes));
            sum = Vector512.FusedMultiplyAdd(keys, keys, sum);
        }

        return sum;
    }

    /// <summary>Copies one key of a tile to a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(float* tile, int slot, int headDim, float* row)
    {
        for (int i = 0; i < headDim; i++)
        {
            row[i] = tile[(i * Lanes) + slot];
        }
    }

    /// <summary>Copies a row into a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter(float* row, int headDim, float* tile, int slot)
    {
        for (int i = 0; i < headDim; i++)
        {
            tile[(i * Lanes) + slot] = row[i];
        }
    }
}
