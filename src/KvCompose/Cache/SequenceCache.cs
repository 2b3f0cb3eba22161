using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KvCompose.Cache;

/// <summary>The cache of one sequence: a page table of its own length for every (layer, key-value head).</summary>
public sealed unsafe class SequenceCache : IDisposable
{
    private readonly PagePool _pool;
    private readonly int _heads;
    private PageTable* _tables;

    /// <summary>Makes an empty cache whose pages come from <paramref name="pool"/>.</summary>
    public SequenceCache(PagePool pool, int layers, int keyValueHeads)
    {
        _pool = pool;
        Layers = layers;
        _heads = keyValueHeads;
        _tables = (PageTable*)NativeMemory.AllocZeroed((nuint)(layers * keyValueHeads), (nuint)sizeof(PageTable));
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
        for (int slot = 0; slot < positions.Length; slot++)
        {
            positions[slot] = *PositionAt(table, slot);
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
                table->Pages[table->PageCount] = _pool.Rent();
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
    }

    /// <summary>Makes sure that every head has a page for one more slot; no head's length changes.</summary>
    /// <exception cref="CacheLimitException">The pool's limit is reached. Pages rented so far stay reserved.</exception>
    public void ReserveOne()
    {
        ObjectDisposedException.ThrowIf(_tables == null, this);
        for (int i = 0; i < Layers * _heads; i++)
        {
            PageTable* table = _tables + i;
            if (table->Tokens == table->PageCount * _pool.Layout.PageTokens)
            {
                Reserve(table, table->PageCount + 1);
                table->Pages[table->PageCount] = _pool.Rent();
                table->PageCount++;
            }
        }
    }

    /// <summary>Returns every page; the cache can be filled anew.</summary>
    public void Clear()
    {
        for (int i = 0; i < Layers * _heads; i++)
        {
            ReturnPages(_tables + i, 0);
            _tables[i].Tokens = 0;
        }
    }

    /// <summary>Where a slot's position is stored.</summary>
    public int* PositionAt(PageTable* table, int slot)
        => (int*)(_pool.Address(table->Pages[slot / _pool.Layout.PageTokens]) + _pool.Layout.PositionOffset)
            + (slot % _pool.Layout.PageTokens);

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

        NativeMemory.Free(_tables);
        _tables = null;
    }
}
