using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Residency.Pages;

/// <summary>Sums over keys, in one fixed order each. Rows have a multiple of 16 elements; a tile is 16 keys, [d][16].</summary>
internal static unsafe class KeyKernels
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

    /// <summary>Copies the 16 keys of a tile to rows.</summary>
    /// <param name="tile">[d][16].</param>
    /// <param name="headDim">d.</param>
    /// <param name="rows">[16], each <paramref name="stride"/> floats after the one before.</param>
    /// <param name="stride">Floats from row to row.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* tile, int headDim, float* rows, int stride)
    {
        Vector512<float>* block = stackalloc Vector512<float>[Lanes];
        for (int first = 0; first < headDim; first += Lanes)
        {
            for (int i = 0; i < Lanes; i++)
            {
                block[i] = Vector512.Load(tile + ((first + i) * Lanes));
            }

            // Blocks of 8, 4, 2 and 1 on both sides of the diagonal change places.
            for (int i = 0; i < 8; i++)
            {
                (Vector512<float> a, Vector512<float> b) = (block[i], block[i + 8]);
                block[i] = Vector512.Create(a.GetLower(), b.GetLower());
                block[i + 8] = Vector512.Create(a.GetUpper(), b.GetUpper());
            }

            for (int i = 0; i < 8; i++)
            {
                int at = i + (i & 4);
                Exchange(block + at, block + at + 4, Vector512.Create(-1, -1, -1, -1, 0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0),
                    Vector512.Create(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
            }

            for (int i = 0; i < 8; i++)
            {
                int at = i + (i & 6);
                Exchange(block + at, block + at + 2, Vector512.Create(-1, -1, 0, 0, -1, -1, 0, 0, -1, -1, 0, 0, -1, -1, 0, 0),
                    Vector512.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
            }

            for (int i = 0; i < Lanes; i += 2)
            {
                Exchange(block + i, block + i + 1, Vector512.Create(-1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0),
                    Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
            }

            for (int row = 0; row < Lanes; row++)
            {
                block[row].Store(rows + (row * stride) + first);
            }
        }
    }

    /// <summary>Copies a key of one tile into another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyColumn(float* from, int fromSlot, int headDim, float* to, int toSlot)
    {
        for (int i = 0; i < headDim; i++)
        {
            to[(i * Lanes) + toSlot] = from[(i * Lanes) + fromSlot];
        }
    }

    // Lanes that are not the upper one's own go up, and the other way round.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange(Vector512<float>* upper, Vector512<float>* lower, Vector512<int> own, Vector512<int> across)
    {
        (Vector512<float> a, Vector512<float> b) = (*upper, *lower);
        *upper = Vector512.ConditionalSelect(own.AsSingle(), a, Vector512.Shuffle(b, across));
        *lower = Vector512.ConditionalSelect(own.AsSingle(), Vector512.Shuffle(a, across), b);
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
