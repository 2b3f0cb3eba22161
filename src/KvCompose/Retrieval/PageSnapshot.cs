using System.Runtime.CompilerServices;

namespace KvCompose.Retrieval;

/// <summary>
/// The pages of one head as they are at one moment. What a snapshot refers to does not change: a writer copies what it
/// changes and publishes a new snapshot. Ids of pages stay; freed ids are used again with a higher version.
/// </summary>
internal sealed class PageSnapshot
{
    /// <summary>Page ids in use or free.</summary>
    public int Ids;

    /// <summary>Tokens of all pages.</summary>
    public int Tokens;

    /// <summary>Pages that hold a token.</summary>
    public int LivePages;

    /// <summary>Tokens of each page; 0 for a free id. [Ids]</summary>
    public byte[] Counts = [];

    /// <summary>Block of each page's keys and values. [Ids]</summary>
    public int[] Blocks = [];

    /// <summary>Block of each page's digest. [Ids]</summary>
    public int[] Digests = [];

    /// <summary>Cell of each page. [Ids]</summary>
    public int[] CellOf = [];

    /// <summary>The next page of the same cell, or the next free id; −1 at the end. [Ids]</summary>
    public int[] Next = [];

    /// <summary>Raised whenever the content changes: a transfer carries the version that it copied. [Ids]</summary>
    public int[] Versions = [];

    /// <summary>Cells in use.</summary>
    public int Cells;

    /// <summary>Cells that have a page.</summary>
    public int UsedCells;

    /// <summary>The first page of each cell; −1 for none. [Cells]</summary>
    public int[] CellFirst = [];

    /// <summary>Block of each cell's digest. [Cells]</summary>
    public int[] CellDigests = [];

    /// <summary>Tokens that each cell held when its pages were formed. [Cells]</summary>
    public int[] CellFormed = [];

    /// <summary>The first free page id; −1 for none.</summary>
    public int FirstFreeId = -1;

    /// <summary>Readers that hold it.</summary>
    internal int Readers;

    /// <summary>Lists the pages that hold a token, ascending.</summary>
    /// <returns>How many.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int ListLive(Span<int> pages)
    {
        int count = 0;
        for (int page = 0; page < Ids; page++)
        {
            if (Counts[page] > 0)
            {
                pages[count++] = page;
            }
        }

        return count;
    }

    /// <summary>Makes this a copy that a writer may change.</summary>
    public void CopyFrom(PageSnapshot other)
    {
        if (Counts.Length < other.Ids)
        {
            ResizeIds(other.Counts.Length);
        }

        if (CellFirst.Length < other.Cells)
        {
            ResizeCells(other.CellFirst.Length);
        }

        (Ids, Tokens, LivePages, Cells, UsedCells, FirstFreeId) = (other.Ids, other.Tokens, other.LivePages, other.Cells, other.UsedCells, other.FirstFreeId);
        Array.Copy(other.Counts, Counts, Ids);
        Array.Copy(other.Blocks, Blocks, Ids);
        Array.Copy(other.Digests, Digests, Ids);
        Array.Copy(other.CellOf, CellOf, Ids);
        Array.Copy(other.Next, Next, Ids);
        Array.Copy(other.Versions, Versions, Ids);
        Array.Copy(other.CellFirst, CellFirst, Cells);
        Array.Copy(other.CellDigests, CellDigests, Cells);
        Array.Copy(other.CellFormed, CellFormed, Cells);
    }

    /// <summary>A page id that no page has.</summary>
    public int TakeId()
    {
        LivePages++;
        if (FirstFreeId >= 0)
        {
            int id = FirstFreeId;
            FirstFreeId = Next[id];
            return id;
        }

        if (Ids == Counts.Length)
        {
            ResizeIds(Math.Max(32, Ids + (Ids / 2)));
        }

        // Arrays are used again: what an id of a snapshot before left in them does not count.
        Versions[Ids] = 0;
        return Ids++;
    }

    /// <summary>A page id is free, and in no cell any more.</summary>
    public void GiveId(int page)
    {
        LivePages--;
        Next[page] = FirstFreeId;
        FirstFreeId = page;
    }

    /// <summary>A new cell without pages.</summary>
    public int AddCell()
    {
        if (Cells == CellFirst.Length)
        {
            ResizeCells(Math.Max(16, Cells + (Cells / 2)));
        }

        CellFirst[Cells] = -1;
        CellFormed[Cells] = 0;
        return Cells++;
    }

    /// <summary>Puts a page at the end of a cell.</summary>
    public void Append(int cell, int page)
    {
        CellOf[page] = cell;
        Next[page] = -1;
        if (CellFirst[cell] < 0)
        {
            CellFirst[cell] = page;
            UsedCells++;
            return;
        }

        int last = CellFirst[cell];
        while (Next[last] >= 0)
        {
            last = Next[last];
        }

        Next[last] = page;
    }

    /// <summary>Takes a page out of its cell.</summary>
    public void Unlink(int page)
    {
        int cell = CellOf[page];
        if (CellFirst[cell] == page)
        {
            CellFirst[cell] = Next[page];
            UsedCells -= CellFirst[cell] < 0 ? 1 : 0;
            return;
        }

        int before = CellFirst[cell];
        while (Next[before] != page)
        {
            before = Next[before];
        }

        Next[before] = Next[page];
    }

    private void ResizeIds(int length)
    {
        Array.Resize(ref Counts, length);
        Array.Resize(ref Blocks, length);
        Array.Resize(ref Digests, length);
        Array.Resize(ref CellOf, length);
        Array.Resize(ref Next, length);
        Array.Resize(ref Versions, length);
    }

    private void ResizeCells(int length)
    {
        Array.Resize(ref CellFirst, length);
        Array.Resize(ref CellDigests, length);
        Array.Resize(ref CellFormed, length);
    }
}
