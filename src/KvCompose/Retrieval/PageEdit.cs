using System.Runtime.CompilerServices;

namespace KvCompose.Retrieval;

/// <summary>
/// Changes of an index's pages, each all of it or nothing: what readers may see is copied before it changes, and they
/// see none of it until <see cref="Publish"/>. One change at a time, from <see cref="Begin"/> to <see cref="Publish"/> or <see cref="Undo"/>.
/// </summary>
internal sealed unsafe class PageEdit(PageIndex index)
{
    private readonly List<(BlockPool Pool, int Block)> _dropped = [];
    private readonly List<(BlockPool Pool, int Block)> _taken = [];
    private readonly MarkedIds _opened = new();
    private readonly MarkedIds _own = new();
    private readonly MarkedIds _stale = new();
    private readonly MarkedIds _cells = new();
    private readonly MarkedIds _ownCells = new();
    private List<(BlockPool Pool, int Block)> _replaced = [];
    private PageSnapshot? _pages;

    /// <summary>The snapshot in the making.</summary>
    public PageSnapshot Pages => _pages ?? throw new InvalidOperationException("no change has begun");

    /// <summary>Pages whose content is new or changed, of the change that was begun last.</summary>
    public int Changed { get; private set; }

    /// <summary>Begins a change.</summary>
    public void Begin()
    {
        _pages = index.Snapshots.CopyCurrent();
        _replaced = [];
        _dropped.Clear();
        _taken.Clear();
        _opened.Clear();
        _own.Clear();
        _stale.Clear();
        _cells.Clear();
        _ownCells.Clear();
        Changed = 0;
    }

    /// <summary>A page's keys and values of one layer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Block(int page, int layer = 0) => index.PageBlocks[layer].Address(Pages.Blocks[page]);

    /// <summary>A page's digest. Between <see cref="Put"/> and <see cref="Refresh"/> of anything.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Digest(int page) => (float*)index.DigestBlocks.Address(Pages.Digests[page]);

    /// <summary>A new cell without pages.</summary>
    public int AddCell()
    {
        int digest = Take(index.DigestBlocks), cell = Pages.AddCell();
        Pages.CellDigests[cell] = digest;
        _ownCells.Add(cell);
        return cell;
    }

    /// <summary>A new page without tokens, at the end of its cell.</summary>
    public int Open(int cell)
    {
        int block = TakeForAllLayers(), digest = Take(index.DigestBlocks), page = Pages.TakeId();
        Pages.Blocks[page] = block;
        Pages.Digests[page] = digest;
        Pages.Counts[page] = 0;
        Pages.Versions[page]++;
        Pages.Append(cell, page);
        _opened.Add(page);
        _own.Add(page);
        _cells.Add(cell);
        Changed++;
        return page;
    }

    /// <summary>Adds a token to a page with room: behind the tokens that readers of older snapshots count, so that its block need not be copied.</summary>
    public void Put(int page, PageMember member)
    {
        Touch(page);
        _stale.Add(page);
        _cells.Add(Pages.CellOf[page]);
        Copy(page, member);
    }

    /// <summary>As <see cref="Put"/>, for one token of a known key: mean and spread of page and cell follow it at once.</summary>
    /// <param name="page">The page.</param>
    /// <param name="member">The token.</param>
    /// <param name="row">Its key as it is stored, lifted.</param>
    /// <param name="held">Tokens that the cell holds with it.</param>
    public void Grow(int page, PageMember member, float* row, int held)
    {
        int cell = Pages.CellOf[page];
        Touch(page);
        Copy(page, member);
        index.Digests.Add(Digest(page), row, Pages.Counts[page]);
        if (index.Digests.HasBox)
        {
            _stale.Add(page);
        }

        if (!_cells.Contains(cell))
        {
            OwnCell(cell, copy: true);
            index.Digests.Add((float*)index.DigestBlocks.Address(Pages.CellDigests[cell]), row, held);
        }
    }

    /// <summary>Gives a page up. Its block stays readable until the change ends.</summary>
    public void Free(int page)
    {
        List<(BlockPool Pool, int Block)> given = _opened.Remove(page) ? _dropped : _replaced;
        foreach (BlockPool pool in index.PageBlocks)
        {
            given.Add((pool, Pages.Blocks[page]));
        }

        (_own.Remove(page) ? _dropped : _replaced).Add((index.DigestBlocks, Pages.Digests[page]));
        _stale.Remove(page);
        _cells.Add(Pages.CellOf[page]);
        Pages.Tokens -= Pages.Counts[page];
        Pages.Counts[page] = 0;
        Pages.Unlink(page);
        Pages.GiveId(page);
    }

    /// <summary>Gives all pages of a cell up. Their blocks stay readable until the change ends.</summary>
    public void FreeCell(int cell)
    {
        while (Pages.CellFirst[cell] is >= 0 and int page)
        {
            Free(page);
        }
    }

    /// <summary>Digests a page anew after its tokens changed. <see cref="Publish"/> does so for those that were left out.</summary>
    public void Refresh(int page)
    {
        index.ComputeDigest(Block(page), Pages.Counts[page], Digest(page));
        _stale.Remove(page);
    }

    /// <summary>Readers see the change from now on.</summary>
    public void Publish()
    {
        foreach (int page in _stale.Ids)
        {
            if (_stale.Contains(page))
            {
                index.ComputeDigest(Block(page), Pages.Counts[page], Digest(page));
            }
        }

        foreach (int cell in _cells.Ids)
        {
            OwnCell(cell, copy: false);
            index.ComputeCellDigest(Pages, cell);
        }

        Seal();
        index.Snapshots.Publish(Pages, _replaced);
        _pages = null;
        Return(_dropped);
    }

    /// <summary>Nothing has happened. Does nothing after <see cref="Publish"/>.</summary>
    public void Undo()
    {
        if (_pages is not null)
        {
            _pages = null;
            Return(_taken);
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
                if (index.PageBlocks[layer].IsInFile(Pages.Blocks[page]))
                {
                    file.Seal(Block(page, layer), index.OwnerOf(layer), Pages.Counts[page]);
                }
            }
        }
    }

    private static void Return(List<(BlockPool Pool, int Block)> blocks)
    {
        foreach ((BlockPool pool, int block) in blocks)
        {
            pool.Return(block);
        }
    }

    private void Copy(int page, PageMember member)
    {
        int slot = Pages.Counts[page]++;
        for (int layer = 0; layer < index.Layers; layer++)
        {
            index.Layout.CopyToken(index.BlockOf(member, layer), member.Slot, Block(page, layer), slot);
        }

        Pages.Tokens++;
    }

    // Makes a page's digest our own to change; readers of older snapshots keep the one they have.
    private void Touch(int page)
    {
        if (!_own.Add(page))
        {
            return;
        }

        int digest = Take(index.DigestBlocks);
        Unsafe.CopyBlock(index.DigestBlocks.Address(digest), Digest(page), (uint)index.DigestBlocks.BlockBytes);
        _replaced.Add((index.DigestBlocks, Pages.Digests[page]));
        Pages.Digests[page] = digest;
        Pages.Versions[page]++;
        Changed++;
    }

    private void OwnCell(int cell, bool copy)
    {
        if (!_ownCells.Add(cell))
        {
            return;
        }

        int digest = Take(index.DigestBlocks);
        if (copy)
        {
            Unsafe.CopyBlock(index.DigestBlocks.Address(digest), index.DigestBlocks.Address(Pages.CellDigests[cell]), (uint)index.DigestBlocks.BlockBytes);
        }

        _replaced.Add((index.DigestBlocks, Pages.CellDigests[cell]));
        Pages.CellDigests[cell] = digest;
    }

    // A page has the same block in every layer: their pools take and give back alike.
    private int TakeForAllLayers()
    {
        int block = Take(index.PageBlocks[0]);
        for (int layer = 1; layer < index.Layers; layer++)
        {
            Take(index.PageBlocks[layer]);
        }

        return block;
    }

    private int Take(BlockPool pool)
    {
        int block = pool.Take();
        _taken.Add((pool, block));
        return block;
    }
}
