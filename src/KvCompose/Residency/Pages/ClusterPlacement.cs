using System.Runtime.CompilerServices;
using KvCompose.Memory;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Puts a token into a cell: into the page with the nearest mean of those with room. Where no page has room, the pages that are nearest to the token are formed
/// again, one more than there were. So a cell has less room than a page has, and a token changes one page but for one time in sixteen.
/// </summary>
internal sealed unsafe class ClusterPlacement(PageIndex index, ClusterMembers members) : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    private const int FloatsOfLine = 16;

    /// <summary>Pages that are formed again together: what they give up to the new page comes from the token's neighbourhood.</summary>
    internal const int FormedPages = 3;

    /// <summary>Places a token.</summary>
    /// <param name="edit">The change that it is part of.</param>
    /// <param name="cell">Its cell.</param>
    /// <param name="token">Where it is now.</param>
    /// <param name="row">Its lifted key.</param>
    /// <returns>Tokens that the cell holds now.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Place(PageEdit edit, int cell, PageMember token, float* row)
    {
        PageSnapshot pages = edit.Pages;
        int held = 1, roomy = 0, target = -1;
        for (int page = pages.FirstOf(cell); page >= 0; page = pages.NextOf(page))
        {
            int count = pages.Counts[page];
            held += count;
            if (count < PageTokens)
            {
                roomy++;
                target = page;
            }
        }

        if (roomy == 0)
        {
            Form(edit, cell, token, row);
            return held;
        }

        // Where one page has room, no mean needs to be looked at.
        edit.Grow(roomy > 1 ? NearestWithRoom(edit, cell, row) : target, token, row, held);
        return held;
    }

    /// <summary>Starts to load what <see cref="Place"/> will look at in a cell, and change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Prefetch(PageEdit edit, int cell)
    {
        PageSnapshot pages = edit.Pages;
        Prefetch(index.DigestOf(pages.CellEntries[cell]));
        for (int page = pages.FirstOf(cell); page >= 0; page = pages.NextOf(page))
        {
            if (pages.Counts[page] < PageTokens)
            {
                Prefetch(edit.Digest(page));
            }
        }
    }

    public void Dispose() => members.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int NearestWithRoom(PageEdit edit, int cell, float* row)
    {
        PageSnapshot pages = edit.Pages;
        Nearest nearest = Nearest.None;
        for (int page = pages.FirstOf(cell); page >= 0; page = pages.NextOf(page))
        {
            if (pages.Counts[page] < PageTokens)
            {
                var own = new Nearest(DistanceToMean(edit.Digest(page), row), page);
                nearest = own.IsBefore(nearest) ? own : nearest;
            }
        }

        return nearest.Page;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(float* digest)
    {
        for (int i = 0; i <= index.HeadDim; i += FloatsOfLine)
        {
            CacheLine.Prefetch(digest + i);
        }
    }

    // The pages nearest to the token, with the token, make one page more.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Form(PageEdit edit, int cell, PageMember token, float* row)
    {
        PageSnapshot pages = edit.Pages;
        Span<Nearest> nearest = stackalloc Nearest[FormedPages];
        nearest.Fill(Nearest.None);
        for (int page = pages.FirstOf(cell); page >= 0; page = pages.NextOf(page))
        {
            Keep(nearest, new Nearest(DistanceToMean(edit.Digest(page), row), page));
        }

        members.Clear();
        foreach (Nearest old in nearest)
        {
            if (old.Page >= 0)
            {
                members.AddPage(edit, old.Page);
            }
        }

        members.Add(token);
        members.Gather();
        foreach (Nearest old in nearest)
        {
            if (old.Page >= 0)
            {
                edit.Free(old.Page);
            }
        }

        members.Form(edit, cell, members.Order);
    }

    // The nearest ones, in order.
    private static void Keep(Span<Nearest> nearest, Nearest own)
    {
        for (int i = 0; i < nearest.Length; i++)
        {
            if (own.IsBefore(nearest[i]))
            {
                (nearest[i], own) = (own, nearest[i]);
            }
        }
    }

    private float DistanceToMean(float* digest, float* row)
    {
        float lift = *index.Digests.Lift(digest) - row[index.HeadDim];
        return KeyKernels.SquaredDistance(digest, row, index.HeadDim) + (lift * lift);
    }

    /// <summary>A page and how far its mean is; the lower page of equals comes first.</summary>
    private readonly record struct Nearest(float Distance, int Page)
    {
        public static Nearest None => new(float.PositiveInfinity, -1);

        public bool IsBefore(Nearest other) => other.Page < 0 || Distance < other.Distance || (Distance == other.Distance && Page < other.Page);
    }
}
