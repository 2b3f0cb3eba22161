using System.Runtime.CompilerServices;

namespace KvCompose.Residency.Pages;

/// <summary>
/// The pages of one head as they are at one moment. What a snapshot refers to does not change: a writer copies what it
/// changes and publishes a new snapshot. Ids of pages stay; freed ids are used again with a higher version.
/// </summary>
internal sealed class PageSnapshot
{
    private const long Restored = 2; // neither empty nor made of an empty one

    private readonly MarkedIds _changedPages = new();
    private readonly MarkedIds _changedCells = new();
    private byte[] _counts = [];
    private PageEntry[] _pages = [];
    private CellEntry[] _cells = [];

    // Published snapshots are numbered. A new one is empty, as the first is that an index has.
    private long _number;

    /// <summary>Page ids in use or free.</summary>
    public int Ids { get; private set; }

    /// <summary>Tokens of all pages.</summary>
    public int Tokens { get; private set; }

    /// <summary>Pages that hold a token.</summary>
    public int LivePages { get; private set; }

    /// <summary>Cells in use.</summary>
    public int Cells { get; private set; }

    /// <summary>Cells that have a page.</summary>
    public int UsedCells { get; private set; }

    /// <summary>The first free page id; −1 for none.</summary>
    public int FirstFreeId { get; private set; } = -1;

    /// <summary>Tokens of each page; 0 for a free id. [Ids]</summary>
    public ReadOnlySpan<byte> Counts => _counts.AsSpan(0, Ids);

    /// <summary>The pages by id. [Ids]</summary>
    public ReadOnlySpan<PageEntry> Pages => _pages.AsSpan(0, Ids);

    /// <summary>The cells. [Cells]</summary>
    public ReadOnlySpan<CellEntry> CellEntries => _cells.AsSpan(0, Cells);

    /// <summary>Readers that hold it.</summary>
    internal int Readers { get; set; }

    /// <summary>A snapshot as it was saved.</summary>
    /// <param name="counts">Tokens by page id.</param>
    /// <param name="pages">The pages by id.</param>
    /// <param name="cells">The cells.</param>
    /// <param name="firstFreeId">The first free page id; −1 for none.</param>
    public static PageSnapshot Restore(byte[] counts, PageEntry[] pages, CellEntry[] cells, int firstFreeId) => new()
    {
        _counts = counts,
        _pages = pages,
        _cells = cells,
        _number = Restored,
        Ids = counts.Length,
        Tokens = counts.Sum(static count => count),
        LivePages = counts.Count(static count => count > 0),
        Cells = cells.Length,
        UsedCells = cells.Count(static cell => cell.First >= 0),
        FirstFreeId = firstFreeId,
    };

    /// <summary>Lists the pages that hold a token, ascending.</summary>
    /// <returns>How many.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int ListLive(Span<int> pages)
    {
        int count = 0;
        for (int page = 0; page < Ids; page++)
        {
            if (_counts[page] > 0)
            {
                pages[count++] = page;
            }
        }

        return count;
    }

    /// <summary>The most pages whose tokens fit a budget together: those with the fewest tokens.</summary>
    public int MostPages(int budget)
    {
        if (Tokens <= budget)
        {
            return LivePages;
        }

        Span<int> pagesOf = stackalloc int[PageIndexSettings.PageTokens + 1];
        pagesOf.Clear();
        foreach (byte count in Counts)
        {
            pagesOf[count]++;
        }

        int most = 0;
        for (int count = 1; count <= PageIndexSettings.PageTokens; count++)
        {
            int taken = Math.Min(pagesOf[count], Math.Max(0, budget) / count);
            most += taken;
            budget -= taken * count;
        }

        return most;
    }

    /// <summary>Makes this a copy that a writer may change. Where it is what the other was made from, only what the other changed is copied.</summary>
    /// <param name="other">A published snapshot of the same index.</param>
    public void CopyFrom(PageSnapshot other)
    {
        if (_counts.Length < other.Ids)
        {
            ResizeIds(other._counts.Length);
        }

        if (_cells.Length < other.Cells)
        {
            Array.Resize(ref _cells, other._cells.Length);
        }

        if (_number == other._number - 1)
        {
            foreach (int page in other._changedPages.Ids)
            {
                _counts[page] = other._counts[page];
                _pages[page] = other._pages[page];
            }

            foreach (int cell in other._changedCells.Ids)
            {
                _cells[cell] = other._cells[cell];
            }
        }
        else
        {
            other._counts.AsSpan(0, other.Ids).CopyTo(_counts);
            other._pages.AsSpan(0, other.Ids).CopyTo(_pages);
            other._cells.AsSpan(0, other.Cells).CopyTo(_cells);
        }

        (Ids, Tokens, LivePages, Cells, UsedCells, FirstFreeId) = (other.Ids, other.Tokens, other.LivePages, other.Cells, other.UsedCells, other.FirstFreeId);
        _number = other._number + 1;
        _changedPages.Clear();
        _changedCells.Clear();
    }

    /// <summary>Puts a page that a writer changes the entry of on record.</summary>
    public ref PageEntry Change(int page)
    {
        _changedPages.Add(page);
        return ref _pages[page];
    }

    /// <summary>Puts a cell that a writer changes the entry of on record.</summary>
    public ref CellEntry ChangeCell(int cell)
    {
        _changedCells.Add(cell);
        return ref _cells[cell];
    }

    /// <summary>The first page of a cell; −1 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FirstOf(int cell) => _cells[cell].First;

    /// <summary>The next page of the same cell; −1 at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextOf(int page) => _pages[page].Next;

    /// <summary>Says how many tokens a page holds that is on record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetCount(int page, int tokens)
    {
        Tokens += tokens - _counts[page];
        _counts[page] = (byte)tokens;
    }

    /// <summary>A page without tokens, at the end of its cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="block">Block of its keys and values.</param>
    /// <param name="digest">Block of its digest.</param>
    /// <returns>An id that no page has.</returns>
    public int AddPage(int cell, int block, int digest)
    {
        int page = TakeId();
        ref PageEntry entry = ref Change(page);
        _counts[page] = 0;
        (entry.Block, entry.Digest, entry.Cell, entry.Next) = (block, digest, cell, -1);
        entry.Version++;
        LivePages++;
        Append(cell, page);
        return page;
    }

    /// <summary>Takes a page out of its cell. Its id is free.</summary>
    public void RemovePage(int page)
    {
        Unlink(page);
        LivePages--;
        Change(page).Next = FirstFreeId;
        SetCount(page, 0);
        FirstFreeId = page;
    }

    /// <summary>A new cell without pages.</summary>
    /// <param name="digest">Block of its digest.</param>
    public int AddCell(int digest)
    {
        if (Cells == _cells.Length)
        {
            Array.Resize(ref _cells, Math.Max(16, Cells + (Cells / 2)));
        }

        ChangeCell(Cells) = new CellEntry { First = -1, Digest = digest };
        return Cells++;
    }

    private int TakeId()
    {
        if (FirstFreeId >= 0)
        {
            int id = FirstFreeId;
            FirstFreeId = _pages[id].Next;
            return id;
        }

        if (Ids == _counts.Length)
        {
            ResizeIds(Math.Max(32, Ids + (Ids / 2)));
        }

        // Arrays are used again: what an id of a snapshot before left in them does not count.
        _pages[Ids].Version = 0;
        return Ids++;
    }

    private void Append(int cell, int page)
    {
        int last = _cells[cell].First;
        if (last < 0)
        {
            ChangeCell(cell).First = page;
            UsedCells++;
            return;
        }

        while (_pages[last].Next >= 0)
        {
            last = _pages[last].Next;
        }

        Change(last).Next = page;
    }

    private void Unlink(int page)
    {
        int cell = _pages[page].Cell, before = _cells[cell].First;
        if (before == page)
        {
            ChangeCell(cell).First = _pages[page].Next;
            UsedCells -= _cells[cell].First < 0 ? 1 : 0;
            return;
        }

        while (_pages[before].Next != page)
        {
            before = _pages[before].Next;
        }

        Change(before).Next = _pages[page].Next;
    }

    private void ResizeIds(int length)
    {
        Array.Resize(ref _counts, length);
        Array.Resize(ref _pages, length);
    }
}
