using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KvCompose.Cache;

/// <summary>
/// Owns the memory of all pages of a session. Pages come from slabs; a page that is returned is handed out again, and a
/// slab without a page in use goes back to the operating system. Not thread-safe: a session rents and returns between its
/// parallel loops.
/// </summary>
public sealed unsafe class PagePool : IDisposable
{
    private const int SlabShift = 6;
    private const int SlabPages = 1 << SlabShift;
    private const int SlabMask = SlabPages - 1;

    private readonly SortedSet<int> _open = [];
    private readonly SortedSet<int> _absent = [];
    private byte** _slabs;
    private ulong[] _free = [];
    private int _slabCount;
    private int _slabCapacity;
    private bool _disposed;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="layout">The layout of its pages.</param>
    /// <param name="limitBytes">Bytes of pages that may be held at once; 0 sets no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative.</exception>
    public PagePool(PageLayout layout, long limitBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        Layout = layout;
        LimitBytes = limitBytes;
    }

    /// <summary>Frees memory that was never returned.</summary>
    ~PagePool() => Release();

    /// <summary>The layout of every page.</summary>
    public PageLayout Layout { get; }

    /// <summary>Bytes of pages that may be held at once; 0 means no limit.</summary>
    public long LimitBytes { get; }

    /// <summary>Pages in use.</summary>
    public int PagesHeld { get; private set; }

    /// <summary>Bytes of pages in use.</summary>
    public long BytesHeld => (long)PagesHeld * Layout.PageBytes;

    /// <summary>Most bytes of pages in use at once since the pool was made or <see cref="ResetPeak"/> was called.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Bytes taken from the operating system, unused pages of open slabs included.</summary>
    public long BytesReserved => (long)(_slabCount - _absent.Count) * SlabPages * Layout.PageBytes;

    /// <summary>Begins a new measurement of <see cref="PeakBytes"/>.</summary>
    public void ResetPeak() => PeakBytes = BytesHeld;

    /// <summary>Takes a page; its content is undefined. The lowest free page is taken, so that early pages stay neighbours.</summary>
    /// <returns>The page's id, valid until <see cref="Return"/>.</returns>
    /// <exception cref="CacheLimitException">The limit is reached; nothing changes.</exception>
    public int Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (LimitBytes > 0 && BytesHeld + Layout.PageBytes > LimitBytes)
        {
            throw new CacheLimitException(LimitBytes, BytesHeld, Layout.PageBytes);
        }

        int slab = _open.Count > 0 ? _open.Min : OpenSlab();
        int place = System.Numerics.BitOperations.TrailingZeroCount(_free[slab]);
        _free[slab] &= _free[slab] - 1;
        if (_free[slab] == 0)
        {
            _open.Remove(slab);
        }

        PagesHeld++;
        PeakBytes = Math.Max(PeakBytes, BytesHeld);
        return (slab << SlabShift) | place;
    }

    /// <summary>Gives a page back.</summary>
    /// <exception cref="ArgumentException">The page is not in use: returned twice, or never rented.</exception>
    public void Return(int page)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int slab = page >> SlabShift;
        ulong bit = 1UL << (page & SlabMask);
        if (page < 0 || slab >= _slabCount || _slabs[slab] == null || (_free[slab] & bit) != 0)
        {
            throw new ArgumentException($"page {page} is not in use", nameof(page));
        }

        if (_free[slab] == 0)
        {
            _open.Add(slab);
        }

        _free[slab] |= bit;
        PagesHeld--;
        if (_free[slab] == ulong.MaxValue && _open.Count > 1)
        {
            CloseSlab(slab);
        }
    }

    /// <summary>The address of a page in use. Stable until the page is returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Address(int page) => _slabs[page >> SlabShift] + ((nint)(page & SlabMask) * Layout.PageBytes);

    /// <summary>Frees every page.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private int OpenSlab()
    {
        int slab = _absent.Count > 0 ? _absent.Min : _slabCount;
        if (slab == _slabCapacity)
        {
            _slabCapacity = Math.Max(16, _slabCapacity * 2);
            _slabs = (byte**)NativeMemory.Realloc(_slabs, (nuint)_slabCapacity * (nuint)sizeof(byte*));
            Array.Resize(ref _free, _slabCapacity);
        }

        _slabs[slab] = (byte*)NativeMemory.AlignedAlloc((nuint)SlabPages * (nuint)Layout.PageBytes, PageLayout.Alignment);
        _free[slab] = ulong.MaxValue;
        _slabCount = Math.Max(_slabCount, slab + 1);
        _absent.Remove(slab);
        _open.Add(slab);
        return slab;
    }

    private void CloseSlab(int slab)
    {
        NativeMemory.AlignedFree(_slabs[slab]);
        _slabs[slab] = null;
        _open.Remove(slab);
        _absent.Add(slab);
    }

    private void Release()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        for (int slab = 0; slab < _slabCount; slab++)
        {
            NativeMemory.AlignedFree(_slabs[slab]);
        }

        NativeMemory.Free(_slabs);
        _slabs = null;
        PagesHeld = 0;
    }
}
