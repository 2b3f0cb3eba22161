using System.Runtime.CompilerServices;

namespace KvCompose.Retrieval;

/// <summary>
/// Puts a token into a cell: into the page with the nearest mean of those with room. Where no page has room, the cell's pages are formed anew, one more than
/// there were. So a cell has less room than a page has, and a token changes one page but for one time in sixteen. Equal keys, which no division parts, get
/// new pages instead.
/// </summary>
internal sealed unsafe class CellPlacement(PageIndex index, CellMembers members) : IDisposable
{
    private const int PageTokens = PageIndexSettings.PageTokens;
    private const float MostFormed = 8; // cells' worth of tokens: one that grew beyond could not be divided, so its keys are alike and any page will do

    private readonly float _mostFormed = MostFormed / index.Settings.Promotion;

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
        int nearest = -1, held = 1;
        float least = float.PositiveInfinity;
        for (int page = pages.CellFirst[cell]; page >= 0; page = pages.Next[page])
        {
            held += pages.Counts[page];
            if (pages.Counts[page] < PageTokens)
            {
                float distance = DistanceToMean(edit.Digest(page), row);
                if (nearest < 0 || distance < least || (distance == least && page < nearest))
                {
                    (nearest, least) = (page, distance);
                }
            }
        }

        if (nearest < 0 && held <= _mostFormed)
        {
            Form(edit, cell, token);
            return held;
        }

        if (nearest < 0)
        {
            nearest = edit.Open(cell);
            new Span<float>(row, index.HeadDim + PageDigests.Tail).CopyTo(new Span<float>(edit.Digest(nearest), index.HeadDim + PageDigests.Tail));
        }

        edit.Put(nearest, token);
        MoveMean(edit.Digest(nearest), row, pages.Counts[nearest]);
        return held;
    }

    public void Dispose() => members.Dispose();

    private void Form(PageEdit edit, int cell, PageMember token)
    {
        members.Clear();
        members.AddCell(edit, cell);
        members.Add(token);
        members.Gather();
        edit.FreeCell(cell);
        members.Form(edit, cell, members.Order);
    }

    // The mean alone, for the tokens of the same batch; the edit digests the page anew when it is published.
    private void MoveMean(float* digest, float* row, int count)
        => KeyMath.Approach(digest, row, 1f / count, index.HeadDim + PageDigests.Tail);

    private float DistanceToMean(float* digest, float* row)
    {
        float lift = *index.Digests.Lift(digest) - row[index.HeadDim];
        return KeyMath.SquaredDistance(digest, row, index.HeadDim) + (lift * lift);
    }
}
