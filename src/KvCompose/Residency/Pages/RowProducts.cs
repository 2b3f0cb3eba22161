using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Sums over 16 rows at a time, one lane a row: the rows' partial sums are folded into each other, so no row pays for a horizontal sum of its own. Every lane
/// is to the bit what <see cref="KeyKernels"/> gives for its row alone. Rows have a multiple of 16 elements.
/// </summary>
internal static unsafe class RowProducts
{
    /// <summary>Rows of one call: the lanes of a vector.</summary>
    public const int Rows = 16;

    /// <summary>Σ row_i v_i of 16 rows.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Dot(float** rows, float* vector, int length)
    {
        Vector512<float>* pairs = stackalloc Vector512<float>[Rows / 2];
        for (int pair = 0; pair < Rows / 2; pair++)
        {
            float* even = rows[2 * pair], odd = rows[(2 * pair) + 1];
            Vector512<float> sum = default, other = default;
            for (int i = 0; i < length; i += Rows)
            {
                Vector512<float> shared = Vector512.Load(vector + i);
                sum = Vector512.FusedMultiplyAdd(Vector512.Load(even + i), shared, sum);
                other = Vector512.FusedMultiplyAdd(Vector512.Load(odd + i), shared, other);
            }

            pairs[pair] = Neighbours(sum, other);
        }

        return Fold(pairs);
    }

    /// <summary>As <see cref="Dot(float**, float*, int)"/>, with two vectors in one pass over the rows.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (Vector512<float> First, Vector512<float> Second) Dot(float** rows, float* first, float* second, int length)
    {
        Vector512<float>* pairs = stackalloc Vector512<float>[Rows];
        for (int pair = 0; pair < Rows / 2; pair++)
        {
            float* even = rows[2 * pair], odd = rows[(2 * pair) + 1];
            Vector512<float> firstEven = default, firstOdd = default, secondEven = default, secondOdd = default;
            for (int i = 0; i < length; i += Rows)
            {
                Vector512<float> own = Vector512.Load(even + i), other = Vector512.Load(odd + i);
                firstEven = Vector512.FusedMultiplyAdd(own, Vector512.Load(first + i), firstEven);
                firstOdd = Vector512.FusedMultiplyAdd(other, Vector512.Load(first + i), firstOdd);
                secondEven = Vector512.FusedMultiplyAdd(own, Vector512.Load(second + i), secondEven);
                secondOdd = Vector512.FusedMultiplyAdd(other, Vector512.Load(second + i), secondOdd);
            }

            pairs[pair] = Neighbours(firstEven, firstOdd);
            pairs[(Rows / 2) + pair] = Neighbours(secondEven, secondOdd);
        }

        return (Fold(pairs), Fold(pairs + (Rows / 2)));
    }

    /// <summary>Σ (row_i − v_i)² of 16 rows.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> SquaredDistance(float** rows, float* vector, int length)
    {
        Vector512<float>* pairs = stackalloc Vector512<float>[Rows / 2];
        for (int pair = 0; pair < Rows / 2; pair++)
        {
            float* even = rows[2 * pair], odd = rows[(2 * pair) + 1];
            Vector512<float> sum = default, other = default;
            for (int i = 0; i < length; i += Rows)
            {
                Vector512<float> center = Vector512.Load(vector + i);
                Vector512<float> difference = Vector512.Load(even + i) - center, otherDifference = Vector512.Load(odd + i) - center;
                sum = Vector512.FusedMultiplyAdd(difference, difference, sum);
                other = Vector512.FusedMultiplyAdd(otherDifference, otherDifference, other);
            }

            pairs[pair] = Neighbours(sum, other);
        }

        return Fold(pairs);
    }

    /// <summary>The horizontal sums of 16 vectors, one lane a vector.</summary>
    /// <param name="vectors">[16].</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sums(Vector512<float>* vectors)
    {
        Vector512<float>* pairs = stackalloc Vector512<float>[Rows / 2];
        for (int pair = 0; pair < Rows / 2; pair++)
        {
            pairs[pair] = Neighbours(vectors[2 * pair], vectors[(2 * pair) + 1]);
        }

        return Fold(pairs);
    }

    // Sums of neighbouring lanes: even lanes of the first row, odd lanes of the second. Vector512.Sum adds in the same order, neighbours first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Neighbours(Vector512<float> a, Vector512<float> b)
        => Fold(a, b, Vector512.Create(-1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0), Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));

    // Each step leaves half as many vectors, whose lanes belong to twice as many rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fold(Vector512<float>* pairs)
    {
        for (int i = 0; i < 8; i += 2)
        {
            pairs[i] = Fold(
                pairs[i], pairs[i + 1], Vector512.Create(-1, -1, 0, 0, -1, -1, 0, 0, -1, -1, 0, 0, -1, -1, 0, 0),
                Vector512.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
        }

        for (int i = 0; i < 8; i += 4)
        {
            pairs[i] = Fold(
                pairs[i], pairs[i + 2], Vector512.Create(-1, -1, -1, -1, 0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0),
                Vector512.Create(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
        }

        Vector512<float> left = pairs[0], right = pairs[4];
        return Vector512.Create(left.GetLower() + left.GetUpper(), right.GetLower() + right.GetUpper());
    }

    // Own lanes belong to a, the others to b; each is added to the lane across.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fold(Vector512<float> a, Vector512<float> b, Vector512<int> own, Vector512<int> across)
        => Vector512.ConditionalSelect(own.AsSingle(), a, b) + Vector512.Shuffle(Vector512.ConditionalSelect(own.AsSingle(), b, a), across);
}
