using System.Runtime.CompilerServices;

namespace KvCompose.Retrieval;

/// <summary>
/// A change of an index's pages, all of it or nothing: pages are copied before they change, and readers see none of it until
/// <see cref="Publish"/>. What was not published is undone by <see cref="Dispose"/>.
/// </summary>
internal sealed unsafe class PageEdit : IDisposable
{
    private readonly PageIndex _index;
    private readonly List<(BlockPool Pool, int Block)> _replaced = [];
    private readonly List<(BlockPool Pool, int Block)> _dropped = [];
    private readonly List<(BlockPool Pool, int Block)> _taken = [];
    private readonly HashSet<int> _own = [];
    private readonly SortedSet<int> _cells = [];
    private readonly Stack<int> _free = new();
    private bool _published;

    public PageEdit(PageIndex index)
    {
        _index = index;
        Pages = index.Snapshots.Current.Copy();
        for (int page = Pages.Ids - 1; page >= 0; page--)
        {
            if (Pages.Counts[page] == 0)
            {
                _free.Push(page);
            }
        }
    }

    /// <summary>The snapshot in the making.</summary>
    public PageSnapshot Pages { get; }

    /// <summary>Pages whose content is new or changed.</summary>
    public int Changed { get; private set; }

    /// <summary>A page's keys and values.</summary>
    public byte* Block(int page) => _index.PageBlocks.Address(Pages.Blocks[page]);

    /// <summary>A page's digest.</summary>
    public float* Digest(int page) => (float*)_index.DigestBlocks.Address(Pages.Digests[page]);

    /// <summary>A new cell without pages.</summary>
    public int AddCell()
    {
        int cell = Pages.AddCell();
        Pages.CellDigests[cell] = Take(_index.DigestBlocks);
        _own.Add(~cell);
        return cell;
    }

    /// <summary>A new page without tokens, at the end of its cell.</summary>
    public int Open(int cell)
    {
        int block = Take(_index.PageBlocks), digest = Take(_index.DigestBlocks);
        if (!_free.TryPop(out int page))
        {
            page = Pages.AddId();
        }

        Pages.Blocks[page] = block;
        Pages.Digests[page] = digest;
        Pages.CellOf[page] = cell;
        Pages.Counts[page] = 0;
        Pages.Next[page] = -1;
        Append(cell, page);
        Pages.Versions[page]++;
        _own.Add(page);
        _cells.Add(cell);
        Changed++;
        return page;
    }

    /// <summary>Makes a page's content our own to change.</summary>
    public void Own(int page)
    {
        _cells.Add(Pages.CellOf[page]);
        if (!_own.Add(page))
        {
            return;
        }

        int block = Take(_index.PageBlocks), digest = Take(_index.DigestBlocks);
        Unsafe.CopyBlock(_index.PageBlocks.Address(block), Block(page), (uint)_index.PageBlocks.BlockBytes);
        Unsafe.CopyBlock(_index.DigestBlocks.Address(digest), Digest(page), (uint)_index.DigestBlocks.BlockBytes);
        _replaced.Add((_index.PageBlocks, Pages.Blocks[page]));
        _replaced.Add((_index.DigestBlocks, Pages.Digests[page]));
        Pages.Blocks[page] = block;
        Pages.Digests[page] = digest;
        Pages.Versions[page]++;
        Changed++;
    }

    /// <summary>Adds a token to a page with room.</summary>
    public void Put(int page, PageMember member)
    {
        Own(page);
        _index.Layout.CopyToken(member.Page, member.Slot, Block(page), Pages.Counts[page]++);
        Pages.Tokens++;
    }

    /// <summary>Takes a token out of its page; the last one moves into its slot. A page that is left empty becomes free.</summary>
    public void TakeOut(int page, int slot)
    {
        Own(page);
        int last = --Pages.Counts[page];
        Pages.Tokens--;
        if (slot != last)
        {
            _index.Layout.CopyToken(Block(page), last, Block(page), slot);
        }

        if (last == 0)
        {
            Free(page);
        }
    }

    /// <summary>Gives a page up. Its block stays readable until the change ends.</summary>
    public void Free(int page)
    {
        Unlink(page);
        List<(BlockPool, int)> list = _own.Remove(page) ? _dropped : _replaced;
        list.Add((_index.PageBlocks, Pages.Blocks[page]));
        list.Add((_index.DigestBlocks, Pages.Digests[page]));
        Pages.Tokens -= Pages.Counts[page];
        Pages.Counts[page] = 0;
        _cells.Add(Pages.CellOf[page]);
        _free.Push(page);
    }

    /// <summary>Digests a page anew after its tokens changed.</summary>
    public void Refresh(int page) => _index.ComputeDigest(Block(page), Pages.Counts[page], Digest(page));

    /// <summary>Readers see the change from now on.</summary>
    public void Publish()
    {
        foreach (int cell in _cells)
        {
            if (_own.Add(~cell))
            {
                int digest = Take(_index.DigestBlocks);
                _replaced.Add((_index.DigestBlocks, Pages.CellDigests[cell]));
                Pages.CellDigests[cell] = digest;
            }

            _index.ComputeCellDigest(Pages, cell);
        }

        _published = true;
        _index.Snapshots.Publish(Pages, _replaced);
        Return(_dropped);
    }

    public void Dispose()
    {
        if (!_published)
        {
            Return(_taken);
        }
    }

    private static void Return(List<(BlockPool Pool, int Block)> blocks)
    {
        foreach ((BlockPool pool, int block) in blocks)
        {
            pool.Return(block);
        }
    }

    private int Take(BlockPool pool)
    {
        int block = pool.Take();
        _taken.Add((pool, block));
        return block;
    }

    private void Append(int cell, int page)
    {
        if (Pages.CellFirst[cell] < 0)
        {
            Pages.CellFirst[cell] = page;
            return;
        }

        int last = Pages.CellFirst[cell];
        while (Pages.Next[last] >= 0)
        {
            last = Pages.Next[last];
        }

        Pages.Next[last] = page;
    }

    private void Unlink(int page)
    {
        int cell = Pages.CellOf[page];
        if (Pages.CellFirst[cell] == page)
        {
            Pages.CellFirst[cell] = Pages.Next[page];
            return;
        }

        int before = Pages.CellFirst[cell];
        while (Pages.Next[before] != page)
        {
            before = Pages.Next[before];
        }

        Pages.Next[before] = Pages.Next[page];
    }
}

/// <summary>A token in a page's block.</summary>
internal readonly unsafe struct PageMember(byte* page, int slot)
{
    public readonly byte* Page = page;
    public readonly int Slot = slot;
}
