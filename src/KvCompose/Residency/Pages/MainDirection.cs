using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using KvCompose.Numerics;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Orders the members of a cell so that every 16 that follow each other make a page: the cell is halved again and again along
/// the main direction of its lifted keys, and each half holds whole pages. Plain form: <c>MainDirectionSplit</c>. Keeps its buffers between calls.
/// </summary>
internal sealed unsafe class MainDirection
{
    private const int PowerSteps = 4;
    private const int PageTokens = PageIndexSettings.PageTokens;
    private const int Lanes = RowProducts.Rows;

    private nint[] _at = [];
    private float[] _shares = [];
    private ulong[] _keys = [];

    /// <summary>Reorders the members until every page is formed; members of one page ascend.</summary>
    /// <param name="rows">Lifted keys by member.</param>
    /// <param name="members">[count].</param>
    public void FormPages(AugmentedKeyRows rows, Span<int> members)
    {
        int pages = (members.Length + PageTokens - 1) / PageTokens;
        if (pages <= 1)
        {
            members.Sort();
            return;
        }

        Order(rows, members);
        int left = pages / 2 * PageTokens;
        FormPages(rows, members[..left]);
        FormPages(rows, members[left..]);
    }

    /// <summary>Sorts the members along their main direction, ties by member.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Order(AugmentedKeyRows rows, Span<int> members)
    {
        int width = rows.Width, count = members.Length;
        float* scratch = stackalloc float[2 * width];
        float* mean = scratch, direction = mean + width;
        Locate(rows, members);
        fixed (nint* at = _at)
        fixed (float* shares = _shares)
        {
            Mean((float**)at, count, shares, mean, width);
            Start((float**)at, count, shares, mean, direction, width);
            for (int step = 0; step < PowerSteps; step++)
            {
                Advance((float**)at, count, shares, mean, direction, width);
            }

            Project((float**)at, count, direction, shares, width);
        }

        for (int i = 0; i < count; i++)
        {
            _keys[i] = ((ulong)TokenRanking.Ordered(_shares[i]) << 32) | (uint)members[i];
        }

        KeySort.Sort(_keys.AsSpan(0, count));
        for (int i = 0; i < count; i++)
        {
            members[i] = (int)(uint)_keys[i];
        }
    }

    /// <summary>The mean of some rows, [<see cref="AugmentedKeyRows.Width"/>].</summary>
    public void Mean(AugmentedKeyRows rows, ReadOnlySpan<int> members, float* mean)
    {
        Locate(rows, members);
        fixed (nint* at = _at)
        fixed (float* shares = _shares)
        {
            Mean((float**)at, members.Length, shares, mean, rows.Width);
        }
    }

    // Where the members' rows are, in whole vectors: the places after the last one repeat it.
    private void Locate(AugmentedKeyRows rows, ReadOnlySpan<int> members)
    {
        int padded = (members.Length + Lanes - 1) / Lanes * Lanes;
        if (_at.Length < padded)
        {
            _at = GC.AllocateUninitializedArray<nint>(2 * padded, pinned: true);
            _shares = GC.AllocateUninitializedArray<float>(2 * padded, pinned: true);
            _keys = GC.AllocateUninitializedArray<ulong>(2 * padded);
        }

        for (int i = 0; i < members.Length; i++)
        {
            _at[i] = (nint)rows[members[i]];
        }

        _at.AsSpan(members.Length, padded - members.Length).Fill(_at[members.Length - 1]);
    }

    private static void Mean(float** at, int count, float* shares, float* mean, int width)
    {
        new Span<float>(shares, count).Fill(1f / count);
        Accumulate(at, count, shares, mean, width);
    }

    // The first of the members that lie farthest from the mean gives the direction that the power steps begin with.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Start(float** at, int count, float* distances, float* mean, float* direction, int width)
    {
        for (int first = 0; first < count; first += Lanes)
        {
            RowProducts.SquaredDistance(at + first, mean, width).Store(distances + first);
        }

        int farthest = 0;
        for (int i = 1; i < count; i++)
        {
            farthest = distances[i] > distances[farthest] ? i : farthest;
        }

        for (int i = 0; i < width; i += Lanes)
        {
            (Vector512.Load(at[farthest] + i) - Vector512.Load(mean + i)).Store(direction + i);
        }

        Normalize(direction, width);
    }

    // Σ (x − mean)·direction (x − mean) over the members: one step of the power iteration on their covariance.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Advance(float** at, int count, float* shares, float* mean, float* direction, int width)
    {
        Project(at, count, direction, shares, width);
        float center = KeyKernels.Dot(mean, direction, width), sum = 0;
        for (int i = 0; i < count; i++)
        {
            shares[i] -= center;
            sum += shares[i];
        }

        Accumulate(at, count, shares, direction, width);
        KeyKernels.Add(direction, mean, -sum, width);
        Normalize(direction, width);
    }

    // x·direction of every member, in whole vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Project(float** at, int count, float* direction, float* products, int width)
    {
        for (int first = 0; first < count; first += Lanes)
        {
            RowProducts.Dot(at + first, direction, width).Store(products + first);
        }
    }

    // Σ share x over the members; three vectors at a time, so that sums do not wait for each other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(float** at, int count, float* shares, float* target, int width)
    {
        int i = 0;
        for (; i + (3 * Lanes) <= width; i += 3 * Lanes)
        {
            Vector512<float> first = default, second = default, third = default;
            for (int member = 0; member < count; member++)
            {
                var share = Vector512.Create(shares[member]);
                float* row = at[member] + i;
                first = Vector512.FusedMultiplyAdd(share, Vector512.Load(row), first);
                second = Vector512.FusedMultiplyAdd(share, Vector512.Load(row + Lanes), second);
                third = Vector512.FusedMultiplyAdd(share, Vector512.Load(row + (2 * Lanes)), third);
            }

            first.Store(target + i);
            second.Store(target + i + Lanes);
            third.Store(target + i + (2 * Lanes));
        }

        for (; i < width; i += Lanes)
        {
            Vector512<float> sum = default;
            for (int member = 0; member < count; member++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(shares[member]), Vector512.Load(at[member] + i), sum);
            }

            sum.Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Normalize(float* row, int width)
    {
        float norm = MathF.Sqrt(KeyKernels.Dot(row, row, width));
        var factor = Vector512.Create(norm > 0 ? 1 / norm : 0);
        for (int i = 0; i < width; i += Lanes)
        {
            (Vector512.Load(row + i) * factor).Store(row + i);
        }
    }
}
