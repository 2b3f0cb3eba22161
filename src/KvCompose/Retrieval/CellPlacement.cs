using System.Runtime.CompilerServices;

namespace KvCompose.Retrieval;

/// <summary>
/// Puts a token into a cell: into the page with the nearest mean of those with room. Where no page has room, the pages that are nearest to the token are formed
/// anew, one more than there were. So a cell has less room than a page has, and a token changes one page but for one time in sixteen.
/// </summary>
internal sealed unsafe class CellPlacement(PageIndex index, CellMembers members) : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;

    /// <summary>Pages that are formed anew together: what they give up to the new page comes from the token's neighbourhood.</summary>
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
        Nearest withRoom = Nearest.None;
        Span<Nearest> full = stackalloc Nearest[FormedPages];
        full.Fill(Nearest.None);
        int held = 1;
        for (int page = pages.CellFirst[cell]; page >= 0; page = pages.Next[page])
        {
            held += pages.Counts[page];
            var own = new Nearest(DistanceToMean(edit.Digest(page), row), page);
            if (pages.Counts[page] < PageTokens)
            {
                withRoom = own.IsBefore(withRoom) ? own : withRoom;
            }
            else
            {
                Keep(full, own);
            }
        }

        if (withRoom.Page >= 0)
        {
            edit.Grow(withRoom.Page, token, row, held);
        }
        else
        {
            Form(edit, cell, full, token);
        }

        return held;
    }

    public void Dispose() => members.Dispose();

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

    private void Form(PageEdit edit, int cell, ReadOnlySpan<Nearest> full, PageMember token)
    {
        members.Clear();
        foreach (Nearest old in full)
        {
            if (old.Page >= 0)
            {
                members.AddPage(edit, old.Page);
            }
        }

        members.Add(token);
        members.Gather();
        foreach (Nearest old in full)
        {
            if (old.Page >= 0)
            {
                edit.Free(old.Page);
            }
        }

        members.Form(edit, cell, members.Order);
    }

    private float DistanceToMean(float* digest, float* row)
    {
        float lift = *index.Digests.Lift(digest) - row[index.HeadDim];
        return KeyMath.SquaredDistance(digest, row, index.HeadDim) + (lift * lift);
    }

    /// <summary>A page and how far its mean is; the lower page of equals comes first.</summary>
    private readonly record struct Nearest(float Distance, int Page)
    {
        public static Nearest None => new(float.PositiveInfinity, -1);

        public bool IsBefore(Nearest other) => other.Page < 0 || Distance < other.Distance || (Distance == other.Distance && Page < other.Page);
    }
}
