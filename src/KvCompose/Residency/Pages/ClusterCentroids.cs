using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Residency.Pages;

/// <summary>
/// The tokens that cells form around. Which tokens become landmarks depends on their ordinal alone, spread without a
/// period by the golden ratio, so that texts with a rhythm give no lopsided choice; the first token always is one.
/// </summary>
internal sealed unsafe class ClusterCentroids(int headDim, float share) : IDisposable
{
    private const uint GoldenRatio = 0x9E3779B9; // of 2³²
    private const int BlockRows = TileProduct.MaxRows;
    private const int TileRows = 8;

    private readonly double _threshold = share * 4294967296.0;
    private readonly List<(int Landmark, float[] Key, float Lift)> _moved = [];
    private NativeFloats? _rows;
    private float[] _lifts = [];
    private int _committed;

    /// <summary>ClusterCentroids, one a cell.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the token with this ordinal becomes a landmark.</summary>
    public bool Takes(int ordinal) => unchecked((uint)ordinal * GoldenRatio) < _threshold;

    /// <summary>A landmark's key, [d].</summary>
    public float* Key(int landmark) => _rows!.Pointer + ((nint)landmark * headDim);

    /// <summary>A landmark's lift.</summary>
    public float Lift(int landmark) => _lifts[landmark];

    /// <summary>a·b + lift·lift of a landmark and a lifted key: M minus half their squared distance.</summary>
    public float Product(int landmark, float* key, float lift) => KeyKernels.Dot(Key(landmark), key, headDim) + (_lifts[landmark] * lift);

    /// <summary>Adds a landmark.</summary>
    /// <param name="key">[d].</param>
    /// <param name="lift">√(M − |key|²).</param>
    public void Add(float* key, float lift)
    {
        if (Count == _lifts.Length)
        {
            Grow();
        }

        new Span<float>(key, headDim).CopyTo(new Span<float>(Key(Count), headDim));
        _lifts[Count] = lift;
        Count++;
    }

    /// <summary>Moves a landmark to the direction of a mean of lifted keys; like every lifted key it has the norm √M.</summary>
    /// <param name="landmark">Which.</param>
    /// <param name="mean">[d + 16], the lift at d.</param>
    /// <param name="bound">M.</param>
    public void Move(int landmark, float* mean, float bound)
    {
        float norm = MathF.Sqrt(KeyKernels.Dot(mean, mean, headDim) + (mean[headDim] * mean[headDim]));
        if (norm > 0)
        {
            if (landmark < _committed)
            {
                _moved.Add((landmark, new Span<float>(Key(landmark), headDim).ToArray(), _lifts[landmark]));
            }

            float factor = MathF.Sqrt(bound) / norm;
            new Span<float>(Key(landmark), headDim).Clear();
            KeyKernels.Add(Key(landmark), mean, factor, headDim);
            _lifts[landmark] = mean[headDim] * factor;
        }
    }

    /// <summary>Removes the landmarks from <paramref name="count"/> on.</summary>
    public void Truncate(int count) => Count = count;

    /// <summary>What was added and moved since the last time stays.</summary>
    public void Commit()
    {
        _committed = Count;
        _moved.Clear();
    }

    /// <summary>What was added and moved since <see cref="Commit"/> has not happened.</summary>
    public void Undo()
    {
        Count = _committed;
        for (int i = _moved.Count - 1; i >= 0; i--)
        {
            (int landmark, float[] key, float lift) = _moved[i];
            key.CopyTo(new Span<float>(Key(landmark), headDim));
            _lifts[landmark] = lift;
        }

        _moved.Clear();
    }

    /// <summary>M has grown: every lift is computed again.</summary>
    public void Raise(float bound)
    {
        for (int landmark = 0; landmark < Count; landmark++)
        {
            float* key = Key(landmark);
            _lifts[landmark] = AugmentedKeyRows.Lift(bound, KeyKernels.Dot(key, key, headDim));
        }
    }

    /// <summary>
    /// The nearest landmark of 32 lifted keys in two neighbouring tiles: the one with the largest a·b + lift·lift, the lower of
    /// equals. Half the squared distance is M minus that.
    /// </summary>
    /// <param name="tiles">[2][d][16].</param>
    /// <param name="lifts">[32].</param>
    /// <param name="nearest">Receives the landmarks, [32].</param>
    /// <param name="products">Receives a·b + lift·lift with the nearest, [32].</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Nearest(float* tiles, float* lifts, int* nearest, float* products)
    {
        float* block = stackalloc float[BlockRows * TileProduct.Columns], packed = stackalloc float[BlockRows * TileProduct.DepthBlock];
        Vector512<float> leftLifts = Vector512.Load(lifts), rightLifts = Vector512.Load(lifts + TileProduct.Lanes);
        Vector512<float> left = Vector512.Create(float.NegativeInfinity), right = left;
        Vector512<int> leftNearest = default, rightNearest = default;
        for (int first = 0; first < Count; first += BlockRows)
        {
            int rows = Math.Min(BlockRows, Count - first);
            int tileRows = TileProduct.TileRows(rows);
            for (int start = 0; start < headDim; start += TileProduct.DepthBlock)
            {
                int depth = Math.Min(TileProduct.DepthBlock, headDim - start);
                for (int row = 0; row < rows; row++)
                {
                    Unsafe.CopyBlock(packed + (row * TileProduct.DepthBlock), Key(first + row) + start, (uint)(depth * sizeof(float)));
                }

                TileProduct.Multiply(
                    tileRows, packed, tiles + (start * TileProduct.Lanes), (nint)headDim * TileProduct.Lanes, TileProduct.Lanes, depth, block, TileProduct.Columns,
                    accumulate: start > 0);
            }

            for (int row = 0; row < rows; row++)
            {
                var lift = Vector512.Create(_lifts[first + row]);
                var landmark = Vector512.Create(first + row);
                float* product = block + (row * TileProduct.Columns);
                Keep(Vector512.FusedMultiplyAdd(lift, leftLifts, Vector512.Load(product)), landmark, ref left, ref leftNearest);
                Keep(Vector512.FusedMultiplyAdd(lift, rightLifts, Vector512.Load(product + TileProduct.Lanes)), landmark, ref right, ref rightNearest);
            }
        }

        left.Store(products);
        right.Store(products + TileProduct.Lanes);
        leftNearest.Store(nearest);
        rightNearest.Store(nearest + TileProduct.Lanes);
    }

    /// <summary>As <see cref="Nearest"/>, of the 16 lifted keys of one tile.</summary>
    /// <param name="tile">[d][16].</param>
    /// <param name="lifts">[16].</param>
    /// <param name="nearest">Receives the landmarks, [16].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void NearestOfTile(float* tile, float* lifts, int* nearest)
    {
        Vector512<float> own = Vector512.Load(lifts), best = Vector512.Create(float.NegativeInfinity);
        Vector512<int> which = default;
        for (int first = 0; first < Count; first += TileRows)
        {
            // Eight landmarks at once, so that sums do not wait for each other; rows after the last one are there, and not kept.
            float* row = Key(first), other = row + (4 * headDim), ahead = row + (2 * TileRows * headDim);
            Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default, sum4 = default, sum5 = default, sum6 = default, sum7 = default;
            for (int i = 0; i < headDim; i++, row++, other++)
            {
                CacheLine.Prefetch(ahead + (i * TileProduct.Lanes));
                Vector512<float> keys = Vector512.Load(tile + (i * TileProduct.Lanes));
                sum0 = Vector512.FusedMultiplyAdd(keys, Vector512.Create(*row), sum0);
                sum1 = Vector512.FusedMultiplyAdd(keys, Vector512.Create(row[headDim]), sum1);
                sum2 = Vector512.FusedMultiplyAdd(keys, Vector512.Create(row[2 * headDim]), sum2);
                sum3 = Vector512.FusedMultiplyAdd(keys, Vector512.Create(row[3 * headDim]), sum3);
                sum4 = Vector512.FusedMultiplyAdd(keys, Vector512.Create(*other), sum4);
                sum5 = Vector512.FusedMultiplyAdd(keys, Vector512.Create(other[headDim]), sum5);
                sum6 = Vector512.FusedMultiplyAdd(keys, Vector512.Create(other[2 * headDim]), sum6);
                sum7 = Vector512.FusedMultiplyAdd(keys, Vector512.Create(other[3 * headDim]), sum7);
            }

            KeepOne(sum0, first, own, ref best, ref which);
            KeepOne(sum1, first + 1, own, ref best, ref which);
            KeepOne(sum2, first + 2, own, ref best, ref which);
            KeepOne(sum3, first + 3, own, ref best, ref which);
            KeepOne(sum4, first + 4, own, ref best, ref which);
            KeepOne(sum5, first + 5, own, ref best, ref which);
            KeepOne(sum6, first + 6, own, ref best, ref which);
            KeepOne(sum7, first + 7, own, ref best, ref which);
        }

        which.Store(nearest);
    }

    public void Dispose() => _rows?.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void KeepOne(Vector512<float> sum, int landmark, Vector512<float> lifts, ref Vector512<float> best, ref Vector512<int> nearest)
    {
        if (landmark < Count)
        {
            Keep(Vector512.FusedMultiplyAdd(Vector512.Create(_lifts[landmark]), lifts, sum), Vector512.Create(landmark), ref best, ref nearest);
        }
    }

    private static void Keep(Vector512<float> product, Vector512<int> landmark, ref Vector512<float> best, ref Vector512<int> nearest)
    {
        Vector512<float> larger = Vector512.GreaterThan(product, best);
        best = Vector512.ConditionalSelect(larger, product, best);
        nearest = Vector512.ConditionalSelect(larger.AsInt32(), landmark, nearest);
    }

    private void Grow()
    {
        // Whole tiles of rows: the rows after the last landmark are read with it.
        int capacity = (Math.Max(4 * BlockRows, Count + (Count / 2)) + TileRows - 1) / TileRows * TileRows;
        var rows = new NativeFloats((long)capacity * headDim);
        if (_rows is not null)
        {
            new Span<float>(_rows.Pointer, Count * headDim).CopyTo(new Span<float>(rows.Pointer, Count * headDim));
            _rows.Dispose();
        }

        _rows = rows;
        Array.Resize(ref _lifts, capacity);
    }
}
