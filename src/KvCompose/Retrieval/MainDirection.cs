using System.Runtime.CompilerServices;
using KvCompose.Numerics;

namespace KvCompose.Retrieval;

/// <summary>
/// Orders the members of a cell so that every 16 that follow each other make a page: the cell is halved again and again along
/// the main direction of its lifted keys, and each half holds whole pages. Plain form: <c>MainDirectionSplit</c>.
/// </summary>
internal static unsafe class MainDirection
{
    private const int PowerSteps = 4;
    private const int PageTokens = PageIndexSettings.PageTokens;

    /// <summary>Reorders the members until every page is formed; members of one page ascend.</summary>
    /// <param name="rows">Lifted keys by member.</param>
    /// <param name="members">[count].</param>
    /// <param name="keys">Scratch, [count].</param>
    public static void FormPages(MemberRows rows, Span<int> members, Span<ulong> keys)
    {
        int pages = (members.Length + PageTokens - 1) / PageTokens;
        if (pages <= 1)
        {
            members.Sort();
            return;
        }

        Order(rows, members, keys);
        int left = pages / 2 * PageTokens;
        FormPages(rows, members[..left], keys[..left]);
        FormPages(rows, members[left..], keys[left..]);
    }

    /// <summary>Sorts the members along their main direction, ties by member.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Order(MemberRows rows, Span<int> members, Span<ulong> keys)
    {
        int width = rows.Width;
        float* scratch = stackalloc float[3 * width];
        float* mean = scratch, direction = mean + width, next = direction + width;
        Mean(rows, members, mean);
        Start(rows, members, mean, direction);
        for (int step = 0; step < PowerSteps; step++)
        {
            Advance(rows, members, mean, direction, next);
        }

        for (int i = 0; i < members.Length; i++)
        {
            keys[i] = ((ulong)TokenRanking.Ordered(KeyMath.Dot(rows[members[i]], direction, width)) << 32) | (uint)members[i];
        }

        keys.Sort();
        for (int i = 0; i < members.Length; i++)
        {
            members[i] = (int)(uint)keys[i];
        }
    }

    /// <summary>The mean of some rows, [<see cref="MemberRows.Width"/>].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mean(MemberRows rows, ReadOnlySpan<int> members, float* mean)
    {
        new Span<float>(mean, rows.Width).Clear();
        foreach (int member in members)
        {
            KeyMath.Add(mean, rows[member], 1f / members.Length, rows.Width);
        }
    }

    // The first of the members that lie farthest from the mean gives the direction that the power steps begin with.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Start(MemberRows rows, ReadOnlySpan<int> members, float* mean, float* direction)
    {
        int farthest = members[0];
        float distance = float.NegativeInfinity;
        foreach (int member in members)
        {
            float own = KeyMath.SquaredDistance(rows[member], mean, rows.Width);
            if (own > distance)
            {
                (farthest, distance) = (member, own);
            }
        }

        new Span<float>(rows[farthest], rows.Width).CopyTo(new Span<float>(direction, rows.Width));
        KeyMath.Add(direction, mean, -1, rows.Width);
        Normalize(direction, rows.Width);
    }

    // Σ (x − mean)·direction (x − mean) over the members: one step of the power iteration on their covariance.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Advance(MemberRows rows, ReadOnlySpan<int> members, float* mean, float* direction, float* next)
    {
        int width = rows.Width;
        float center = KeyMath.Dot(mean, direction, width), shares = 0;
        new Span<float>(next, width).Clear();
        foreach (int member in members)
        {
            float share = KeyMath.Dot(rows[member], direction, width) - center;
            shares += share;
            KeyMath.Add(next, rows[member], share, width);
        }

        KeyMath.Add(next, mean, -shares, width);
        Normalize(next, width);
        new Span<float>(next, width).CopyTo(new Span<float>(direction, width));
    }

    private static void Normalize(float* row, int width)
    {
        float norm = MathF.Sqrt(KeyMath.Dot(row, row, width));
        float factor = norm > 0 ? 1 / norm : 0;
        for (int i = 0; i < width; i++)
        {
            row[i] *= factor;
        }
    }
}
