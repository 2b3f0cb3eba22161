using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KvCompose.Cache;

/// <summary>The cache of one sequence: a page table of its own length for every (layer, key-value head).</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe partial class SequenceCache : IDisposable
{
    private readonly PagePool _pool;
    private readonly int _heads;
    private PageTable* _tables;
    private float* _open;
    private int* _channels;
    private readonly bool[] _reserved; // by table: whether the last ReserveOne added its last page
    private bool _counted; // whether the pool counts the bytes outside of pages

    /// <summary>Makes an empty cache whose pages come from <paramref name="pool"/>.</summary>
    public SequenceCache(PagePool pool, int layers, int keyValueHeads)
    {
        _pool = pool;
        Layers = layers;
        _heads = keyValueHeads;
        _reserved = new bool[layers * keyValueHeads];
        _tables = (PageTable*)NativeMemory.AllocZeroed((nuint)(layers * keyValueHeads), (nuint)sizeof(PageTable));
        if (pool.Layout.CompressesFullPages)
        {
            OpenPages(layers * keyValueHeads);
        }

        if (pool.Layout.Pruned)
        {
            ListChannels(layers * keyValueHeads);
        }
    }

    /// <summary>Frees what <see cref="Dispose"/> was not called for.</summary>
    ~SequenceCache() => ReleaseTables();

    /// <summary>Layers of the model.</summary>
    public int Layers { get; }

    /// <summary>Key-value heads of a layer.</summary>
    public int KeyValueHeads => _heads;

    /// <summary>The tables of a layer, [Hkv]. Valid until the cache is disposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PageTable* Layer(int layer) => _tables + (layer * _heads);

    /// <summary>Tokens that a head holds.</summary>
    public int Tokens(int layer, int head) => Checked(layer, head)->Tokens;

    /// <summary>Positions of a head's tokens in slot order.</summary>
    public int[] Positions(int layer, int head)
    {
        PageTable* table = Checked(layer, head);
        var positions = new int[table->Tokens];
        int pageTokens = _pool.Layout.PageTokens;
        for (int page = 0, token = 0; token < positions.Length; page++)
        {
            int valid = _pool.Layout.HasPerPageCounts ? *CountAt(table->Pages[page]) : Math.Min(pageTokens, positions.Length - token);
            new ReadOnlySpan<int>(PositionAt(table, page * pageTokens), valid).CopyTo(positions.AsSpan(token));
            token += valid;
        }

        return positions;
    }

    /// <summary>
    /// Sets the number of slots of a head: rents the pages that are missing, or returns those that hold no slot any more. New slots
    /// have undefined content.
    /// </summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached; the head keeps its length.</exception>
    public void Resize(int layer, int head, int tokens)
    {
        PageTable* table = Checked(layer, head);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        int pages = (tokens + _pool.Layout.PageTokens - 1) / _pool.Layout.PageTokens;
        int before = table->PageCount;
        Reserve(table, pages);
        try
        {
            while (table->PageCount < pages)
            {
                table->Pages[table->PageCount] = RentPage();
                table->PageCount++;
            }
        }
        catch (CacheLimitException)
        {
            ReturnPages(table, before);
            throw;
        }

        ReturnPages(table, pages);
        table->Tokens = tokens;
        if (_pool.Layout.HasPerPageCounts)
        {
            for (int page = 0; page < pages; page++)
            {
                *CountAt(table->Pages[page]) = Math.Min(_pool.Layout.PageTokens, tokens - (page * _pool.Layout.PageTokens));
            }
        }
    }

    /// <summary>Makes sure that every head has a page of its own for one more slot; no head's length changes.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached; no page was added. Pages that were copied stay copies.</exception>
    public void ReserveOne()
    {
        ObjectDisposedException.ThrowIf(_tables == null, this);
        Array.Clear(_reserved);
        try
        {
            for (int i = 0; i < _reserved.Length; i++)
            {
                PageTable* table = _tables + i;
                if (!HasRoom(table))
                {
                    AddPage(table);
                    _reserved[i] = true;
                }
                else if (_shares)
                {
                    Own(table, OpenPage(table));
                }
            }
        }
        catch (CacheLimitException)
        {
            TakeBackOne(0);
            throw;
        }
    }

    /// <summary>
    /// Undoes <see cref="ReserveOne"/>, and the one token that heads took since. The token's keys and values stay where they are, in a slot that is free.
    /// </summary>
    /// <param name="layers">The first layers, whose heads took the token.</param>
    public void TakeBackOne(int layers)
    {
        for (int i = 0; i < _reserved.Length; i++)
        {
            PageTable* table = _tables + i;
            if (i < layers * _heads)
            {
                table->Tokens--;
                if (_pool.Layout.HasPerPageCounts)
                {
                    (*CountAt(table->Pages[table->PageCount - 1]))--;
                }
            }

            if (_reserved[i])
            {
                ReturnPages(table, table->PageCount - 1);
                _reserved[i] = false;
            }
        }
    }

    /// <summary>Puts a page of a counted layout into a head's table; the last page stays the last, so that new tokens find it.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="head">The key-value head.</param>
    /// <param name="index">Where in the table: at the place of a page that is there.</param>
    /// <param name="tokens">Valid tokens of the page, which the caller fills.</param>
    /// <returns>The page's id.</returns>
    /// <exception cref="InvalidOperationException">The layout is not counted.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place, or a page has no room for the tokens.</exception>
    /// <exception cref="CacheLimitException">The pool's limit is reached; nothing changes.</exception>
    public int InsertPage(int layer, int head, int index, int tokens)
    {
        PageTable* table = CountedTable(layer, head);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)table->PageCount, nameof(index));
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, _pool.Layout.PageTokens);
        Reserve(table, table->PageCount + 1);
        int page = RentPage();
        new ReadOnlySpan<int>(table->Pages + index, table->PageCount - index).CopyTo(new Span<int>(table->Pages + index + 1, table->PageCount - index));
        table->Pages[index] = page;
        table->PageCount++;
        table->Tokens += tokens;
        *CountAt(page) = tokens;
        return page;
    }

    /// <summary>Takes a page of a counted layout out of a head's table and returns it to the pool; never the last one.</summary>
    /// <inheritdoc cref="InsertPage" path="/exception"/>
    public void RemovePage(int layer, int head, int index)
    {
        PageTable* table = CountedTable(layer, head);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Math.Max(0, table->PageCount - 1), nameof(index));
        int page = table->Pages[index];
        table->Tokens -= *CountAt(page);
        table->PageCount--;
        new ReadOnlySpan<int>(table->Pages + index + 1, table->PageCount - index).CopyTo(new Span<int>(table->Pages + index, table->PageCount - index));
        _pool.Return(page);
    }

    /// <summary>Returns every page; the cache can be filled again.</summary>
    public void Clear()
    {
        for (int i = 0; i < Layers * _heads; i++)
        {
            ReturnPages(_tables + i, 0);
            _tables[i].Tokens = 0;
            _tables[i].Budget = 0;
            _tables[i].RetainsWeights = false;
        }

        _shares = false;
        Array.Clear(_reserved);

        if (_counted)
        {
            _pool.CountOutsidePages(-BytesOutsidePages);
            _counted = false;
        }
    }

    /// <summary>Bytes outside of pages, of all heads: residual tokens, whose page is not quantised yet, and lists of kept channels.</summary>
    public long BytesOutsidePages => (long)Layers * _heads * (_pool.Layout.ResidualBytes + _pool.Layout.ChannelBytes);

    /// <summary>Where a slot's position is stored.</summary>
    public int* PositionAt(PageTable* table, int slot)
        => (int*)(_pool.Address(table->Pages[slot / _pool.Layout.PageTokens]) + _pool.Layout.PositionOffset)
            + (slot % _pool.Layout.PageTokens);

    /// <summary>Where a page of a counted layout keeps its number of valid tokens.</summary>
    public int* CountAt(int page) => (int*)(_pool.Address(page) + _pool.Layout.CountOffset);

    /// <summary>Returns every page to the pool.</summary>
    public void Dispose()
    {
        if (_tables != null)
        {
            Clear();
            ReleaseTables();
        }

        GC.SuppressFinalize(this);
    }

    private void OpenPages(int tables)
    {
        nuint bytes = (nuint)tables * (nuint)_pool.Layout.ResidualBytes;
        _open = (float*)NativeMemory.AlignedAlloc(bytes, PageLayout.Alignment);
        NativeMemory.Clear(_open, bytes);
        for (int i = 0; i < tables; i++)
        {
            _tables[i].Residual = _open + ((nint)i * _pool.Layout.ResidualBytes / sizeof(float));
        }
    }

    /// <summary>Until a prompt says which channels matter, the first ones do.</summary>
    private void ListChannels(int tables)
    {
        int kept = _pool.Layout.KeyChannels;
        _channels = (int*)NativeMemory.Alloc((nuint)tables * (nuint)_pool.Layout.ChannelBytes);
        for (int i = 0; i < tables * kept; i++)
        {
            _channels[i] = i % kept;
        }

        for (int i = 0; i < tables; i++)
        {
            _tables[i].Channels = _channels + ((nint)i * kept);
        }
    }

    private PageTable* CountedTable(int layer, int head)
    {
        PageTable* table = Checked(layer, head);
        if (!_pool.Layout.HasPerPageCounts)
        {
            throw new InvalidOperationException("pages move in and out of tables of a counted layout alone; in others slots follow from the pages' order");
        }

        return table;
    }

    /// <summary>Where in the table the page is that the next slot goes to.</summary>
    private int OpenPage(PageTable* table)
        => _pool.Layout.HasPerPageCounts ? table->PageCount - 1 : table->Tokens / _pool.Layout.PageTokens;

    private bool HasRoom(PageTable* table)
    {
        int pageTokens = _pool.Layout.PageTokens;
        return _pool.Layout.HasPerPageCounts
            ? table->PageCount > 0 && *CountAt(table->Pages[table->PageCount - 1]) < pageTokens
            : table->Tokens < table->PageCount * pageTokens;
    }

    private void AddPage(PageTable* table)
    {
        Reserve(table, table->PageCount + 1);
        int page = RentPage();
        table->Pages[table->PageCount] = page;
        table->PageCount++;
        if (_pool.Layout.HasPerPageCounts)
        {
            *CountAt(page) = 0;
        }
    }

    private int RentPage()
    {
        CountOutside();
        return _pool.Rent();
    }

    /// <summary>A sequence is counted with what it holds outside of pages from its first page on.</summary>
    private void CountOutside()
    {
        if (!_counted)
        {
            _pool.CountOutsidePages(BytesOutsidePages);
            _counted = true;
        }
    }

    private static void Reserve(PageTable* table, int pages)
    {
        if (pages > table->Capacity)
        {
            table->Capacity = Math.Max(pages, Math.Max(8, table->Capacity * 2));
            table->Pages = (int*)NativeMemory.Realloc(table->Pages, (nuint)table->Capacity * sizeof(int));
        }
    }

    private void ReturnPages(PageTable* table, int remaining)
    {
        while (table->PageCount > remaining)
        {
            table->PageCount--;
            _pool.Return(table->Pages[table->PageCount]);
        }
    }

    private PageTable* Checked(int layer, int head)
    {
        ObjectDisposedException.ThrowIf(_tables == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)layer, (uint)Layers, nameof(layer));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)head, (uint)_heads, nameof(head));
        return _tables + ((layer * _heads) + head);
    }

    private void ReleaseTables()
    {
        if (_tables == null)
        {
            return;
        }

        for (int i = 0; i < Layers * _heads; i++)
        {
            NativeMemory.Free(_tables[i].Pages);
        }

        NativeMemory.AlignedFree(_open);
        NativeMemory.Free(_channels);
        NativeMemory.Free(_tables);
        _open = null;
        _channels = null;
        _tables = null;
    }
}
