using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Residency.Pages;

/// <summary>
/// What is kept of a page to rank and to place without its keys: [mean key d][lift of the mean, radius, 14 unused], and for Quest and
/// ArkVale a box [d][d] after it: smallest and largest of each channel, or middle and mean deviation from it.
/// </summary>
internal readonly unsafe struct PageDigests(int headDim, PageRanking ranking)
{
    /// <summary>Floats between the mean and the box.</summary>
    public const int Tail = 16;

    private const int RadiusAt = 1;

    /// <summary>Floats of a digest.</summary>
    public int Floats => headDim + Tail + (HasBox ? 2 * headDim : 0);

    /// <summary>Whether pages are ranked by their extremes.</summary>
    public bool HasBox => ranking is PageRanking.Quest or PageRanking.ArkVale;

    /// <summary>Where a digest keeps the lift of its mean.</summary>
    public float* Lift(float* digest) => digest + headDim;

    /// <summary>Root mean squared distance of the keys to their mean.</summary>
    public float* Radius(float* digest) => digest + headDim + RadiusAt;

    /// <summary>The first half of the box; the second follows it.</summary>
    public float* Box(float* digest) => digest + headDim + Tail;

    /// <summary>Writes zeros where a digest keeps nothing.</summary>
    public void ClearUnused(Span<float> digest) => digest[(headDim + RadiusAt + 1)..(headDim + Tail)].Clear();

    /// <summary>Digests the first <paramref name="count"/> keys of a tile.</summary>
    /// <param name="tile">[d][16].</param>
    /// <param name="count">1 to 16.</param>
    /// <param name="bound">M.</param>
    /// <param name="digest">Receives the digest.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(float* tile, int count, float bound, float* digest)
    {
        Vector512<float> valid = Valid(count), squaredNorms = default, squaredDistances = default;
        Means(tile, valid, count, digest);
        for (int i = 0; i < headDim; i++)
        {
            Vector512<float> keys = Vector512.Load(tile + (i * 16)) & valid;
            squaredNorms = Vector512.FusedMultiplyAdd(keys, keys, squaredNorms);
            Vector512<float> difference = (keys - Vector512.Create(digest[i])) & valid;
            squaredDistances = Vector512.FusedMultiplyAdd(difference, difference, squaredDistances);
            if (HasBox)
            {
                ComputeBox(keys, valid, count, Box(digest) + i);
            }
        }

        Vector512<float> lifts = Vector512.Sqrt(Vector512.Max(Vector512.Create(bound) - squaredNorms, Vector512<float>.Zero)) & valid;
        *Lift(digest) = Vector512.Sum(lifts) / count;
        *Radius(digest) = MathF.Sqrt(Vector512.Sum(squaredDistances) / count);
    }

    /// <summary>Mean, lift and radius with one more key: what <see cref="Compute"/> gives but for rounding. The box is left out.</summary>
    /// <param name="before">Digest of the keys before.</param>
    /// <param name="row">The key, lifted.</param>
    /// <param name="count">Keys, this one included.</param>
    /// <param name="digest">Receives the digest; may be <paramref name="before"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(float* before, float* row, int count, float* digest)
    {
        float share = 1f / count, lift = *Lift(before), radius = *Radius(before);
        Vector512<float> wide = Vector512.Create(share), grown = default;
        for (int i = 0; i < headDim; i += 16)
        {
            Vector512<float> key = Vector512.Load(row + i), mean = Vector512.Load(before + i);
            Vector512<float> difference = key - mean;
            mean = Vector512.FusedMultiplyAdd(difference, wide, mean);
            mean.Store(digest + i);
            grown = Vector512.FusedMultiplyAdd(difference, key - mean, grown);
        }

        *Lift(digest) = lift + ((row[headDim] - lift) * share);
        *Radius(digest) = MathF.Sqrt(((radius * radius * (count - 1)) + Vector512.Sum(grown)) * share);
    }

    /// <summary>All bits set in the lanes of valid tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Valid(int count)
        => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    // The mean of every dimension, those of 16 dimensions at a time.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Means(float* tile, Vector512<float> valid, int count, float* means)
    {
        Vector512<float>* keys = stackalloc Vector512<float>[RowProducts.Rows];
        for (int first = 0; first < headDim; first += RowProducts.Rows)
        {
            for (int i = 0; i < RowProducts.Rows; i++)
            {
                keys[i] = Vector512.Load(tile + ((first + i) * 16)) & valid;
            }

            (RowProducts.Sums(keys) / Vector512.Create((float)count)).Store(means + first);
        }
    }

    private void ComputeBox(Vector512<float> keys, Vector512<float> valid, int count, float* box)
    {
        float smallest = float.PositiveInfinity, largest = float.NegativeInfinity;
        for (int slot = 0; slot < count; slot++)
        {
            smallest = MathF.Min(smallest, keys[slot]);
            largest = MathF.Max(largest, keys[slot]);
        }

        if (ranking == PageRanking.Quest)
        {
            box[0] = smallest;
            box[headDim] = largest;
            return;
        }

        float middle = (smallest + largest) / 2;
        box[0] = middle;
        box[headDim] = Vector512.Sum(Vector512.Abs(keys - Vector512.Create(middle)) & valid) / count;
    }
}
