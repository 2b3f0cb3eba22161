using System.Runtime.CompilerServices;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Changes of an index's pages, each all of it or nothing: what readers may see is copied before it changes, and they
/// see none of it until <see cref="Publish"/>. One change at a time, from <see cref="Begin"/> to <see cref="Publish"/> or <see cref="Undo"/>.
/// </summary>
internal sealed unsafe class PageEdit(PageIndex index)
{
    private readonly EditedBlocks _blocks = new();
    private readonly MarkedIds _opened = new();
    private readonly MarkedIds _own = new();
    private readonly MarkedIds _stale = new();
    private readonly MarkedIds _cells = new();
    private readonly MarkedIds _ownCells = new();
    private PageSnapshot? _pages;

    /// <summary>The snapshot in the making; of a change that has begun.</summary>
    public PageSnapshot Pages => _pages!;

    /// <summary>Pages whose content is new or changed, of the change that was begun last.</summary>
    public int Changed { get; private set; }

    /// <summary>Begins a change.</summary>
    public void Begin()
    {
        _pages = index.Snapshots.CopyCurrent();
        _blocks.Begin();
        _opened.Clear();
        _own.Clear();
        _stale.Clear();
        _cells.Clear();
        _ownCells.Clear();
        Changed = 0;
    }

    /// <summary>A page's keys and values of one layer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Block(int page, int layer = 0) => index.PageBlocks[layer].Address(Pages.Pages[page].Block);

    /// <summary>A page's digest. Between <see cref="Put"/> or <see cref="Form"/> and <see cref="Refresh"/> of anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Digest(int page) => index.DigestOf(Pages.Pages[page]);

    /// <summary>A new cell without pages.</summary>
    /// <param name="formed">Tokens that its pages will be formed of.</param>
    public int AddCell(int formed = 0)
    {
        int cell = Pages.AddCell(_blocks.Take(index.DigestBlocks));
        Pages.ChangeCell(cell).Formed = formed;
        _ownCells.Add(cell);
        return cell;
    }

    /// <summary>A new page at the end of its cell, without tokens.</summary>
    public int Open(int cell)
    {
        int page = Pages.AddPage(cell, TakeForAllLayers(), _blocks.Take(index.DigestBlocks));
        _opened.Add(page);
        _own.Add(page);
        _cells.Add(cell);
        Changed++;
        return page;
    }

    /// <summary>A new page at the end of its cell, with these tokens; <see cref="Refresh"/> gives it a digest.</summary>
    public void Form(int cell, ReadOnlySpan<PageMember> members)
    {
        int page = Open(cell);
        foreach (PageMember member in members)
        {
            Copy(page, member);
        }

        _stale.Add(page);
    }

    /// <summary>Adds a token to a page with room: after the tokens that readers of older snapshots count, so that its block need not be copied.</summary>
    public void Put(int page, PageMember member)
    {
        Touch(page);
        _stale.Add(page);
        _cells.Add(Pages.Pages[page].Cell);
        Copy(page, member);
    }

    /// <summary>As <see cref="Put"/>, for one token of a known key: mean and spread of page and cell follow it at once.</summary>
    /// <param name="page">The page.</param>
    /// <param name="member">The token.</param>
    /// <param name="row">Its key as it is stored, lifted.</param>
    /// <param name="held">Tokens that the cell holds with it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Grow(int page, PageMember member, float* row, int held)
    {
        int cell = Pages.Pages[page].Cell;
        float* before = Digest(page);
        Touch(page);
        Copy(page, member);
        index.Digests.Add(before, row, Pages.Counts[page], Digest(page));
        if (index.Digests.HasBox)
        {
            _stale.Add(page);
            _cells.Add(cell);
        }

        if (!_cells.Contains(cell))
        {
            before = index.DigestOf(Pages.CellEntries[cell]);
            OwnCell(cell);
            index.Digests.Add(before, row, held, index.DigestOf(Pages.CellEntries[cell]));
        }
    }

    /// <summary>Gives a page up. Its block stays readable until the change ends.</summary>
    public void Free(int page)
    {
        PageEntry entry = Pages.Pages[page];
        bool opened = _opened.Remove(page);
        foreach (BlockPool pool in index.PageBlocks)
        {
            _blocks.Give(pool, entry.Block, opened);
        }

        _blocks.Give(index.DigestBlocks, entry.Digest, _own.Remove(page));
        _stale.Remove(page);
        _cells.Add(entry.Cell);
        Pages.RemovePage(page);
    }

    /// <summary>Gives all pages of a cell up. Their blocks stay readable until the change ends.</summary>
    public void FreeCell(int cell)
    {
        while (Pages.CellEntries[cell].First is >= 0 and int page)
        {
            Free(page);
        }
    }

    /// <summary>Digests the pages again that were formed and added to. Nothing is waited for where that is a while after their tokens were written.</summary>
    public void Refresh()
    {
        foreach (int page in _stale.Ids)
        {
            if (_stale.Contains(page))
            {
                index.ComputeDigest(Block(page), Pages.Counts[page], Digest(page));
            }
        }

        _stale.Clear();
    }

    /// <summary>Readers see the change from now on.</summary>
    public void Publish()
    {
        Refresh();
        foreach (int cell in _cells.Ids)
        {
            OwnCell(cell);
            index.ComputeCellDigest(Pages, cell);
        }

        Seal();
        index.Snapshots.Publish(Pages, _blocks.Replaced);
        _pages = null;
        _blocks.Keep();
    }

    /// <summary>Nothing has happened. Does nothing after <see cref="Publish"/>.</summary>
    public void Undo()
    {
        if (_pages is not null)
        {
            _pages = null;
            _blocks.Undo();
        }
    }

    // Pages in the file count from here on; those that they replace are erased when nobody reads them any more.
    private void Seal()
    {
        if (index.File is not { } file)
        {
            return;
        }

        foreach (int page in _own.Ids)
        {
            for (int layer = 0; layer < index.LayersHeld && _own.Contains(page); layer++)
            {
                if (index.PageBlocks[layer].IsInFile(Pages.Pages[page].Block))
                {
                    file.Seal(Block(page, layer), index.OwnerOf(layer), Pages.Counts[page]);
                }
            }
        }
    }

    private void Copy(int page, PageMember member)
    {
        int slot = Pages.Counts[page];
        Pages.SetCount(page, slot + 1);
        for (int layer = 0; layer < index.Layers; layer++)
        {
            index.Layout.CopyToken(index.BlockOf(member, layer), member.Slot, Block(page, layer), slot);
        }
    }

    // Gives a page a digest of our own, to be written; readers of older snapshots keep the one they have.
    private void Touch(int page)
    {
        if (_own.Add(page))
        {
            ref PageEntry entry = ref Pages.Change(page);
            entry.Digest = Own(entry.Digest);
            entry.Version++;
            Changed++;
        }
    }

    private void OwnCell(int cell)
    {
        if (_ownCells.Add(cell))
        {
            ref CellEntry entry = ref Pages.ChangeCell(cell);
            entry.Digest = Own(entry.Digest);
        }
    }

    private int Own(int digest)
    {
        int own = _blocks.Take(index.DigestBlocks);
        _blocks.Give(index.DigestBlocks, digest, own: false);
        return own;
    }

    // A page has the same block in every layer: their pools take and give back alike.
    private int TakeForAllLayers()
    {
        int block = _blocks.Take(index.PageBlocks[0]);
        for (int layer = 1; layer < index.Layers; layer++)
        {
            _blocks.Take(index.PageBlocks[layer]);
        }

        return block;
    }
}
