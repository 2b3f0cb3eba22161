using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KvCompose.Cache;

/// <summary>
/// Owns the memory of all pages of a session. Pages come from slabs; a page that is returned is handed out again, and a
/// slab without a page in use goes back to the operating system. A page may have several holders, and is free when the last
/// one has returned it. Not thread-safe: a session rents and returns between its parallel loops.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PagePool : IDisposable
{
    private const int SlabShift = 6;
    private const int SlabPages = 1 << SlabShift;
    private const int SlabMask = SlabPages - 1;

    private Slab* _slabs;
    private int _slabCount;
    private int _slabCapacity;
    private int _slabsPresent;
    private int _lowestOpen;
    private bool _disposed;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="layout">The layout of its pages.</param>
    /// <param name="limitBytes">Bytes that may be held at once; 0 sets no limit.</param>
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

    /// <summary>Bytes that may be held at once; 0 means no limit.</summary>
    public long LimitBytes { get; }

    /// <summary>Pages in use; one that several hold counts once.</summary>
    public int PagesHeld { get; private set; }

    /// <summary>Bytes that sequences hold outside of pages: residual tokens and lists of kept channels.</summary>
    public long BytesOutsidePages { get; private set; }

    /// <summary>Bytes in use: pages and what sequences hold outside of them.</summary>
    public long BytesHeld => ((long)PagesHeld * Layout.PageBytes) + BytesOutsidePages;

    /// <summary>Most bytes in use at once since the pool was made or <see cref="ResetPeak"/> was called.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Bytes taken from the operating system, unused pages of open slabs included.</summary>
    public long BytesReserved => (long)_slabsPresent * SlabPages * Layout.PageBytes;

    /// <summary>Begins a new measurement of <see cref="PeakBytes"/>.</summary>
    public void ResetPeak() => PeakBytes = BytesHeld;

    /// <summary>Takes a page; its content is undefined. The lowest free page is taken, so that early pages stay neighbours.</summary>
    /// <returns>The page's id, valid until <see cref="Return"/>.</returns>
    /// <exception cref="CacheLimitException">The limit is reached; nothing changes.</exception>
    public int Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        RequireRoom(Layout.PageBytes);
        int lowest = LowestOpenSlab();
        Slab* slab = _slabs + lowest;
        int place = BitOperations.TrailingZeroCount(slab->Free);
        slab->Free &= slab->Free - 1;
        PagesHeld++;
        PeakBytes = Math.Max(PeakBytes, BytesHeld);
        return (_lowestOpen << SlabShift) | place;
    }

    /// <summary>Checks that more bytes fit under the limit.</summary>
    /// <param name="bytes">Bytes on top of <see cref="BytesHeld"/>.</param>
    /// <exception cref="CacheLimitException">They do not fit; nothing changes.</exception>
    public void RequireRoom(long bytes)
    {
        if (LimitBytes > 0 && BytesHeld + bytes > LimitBytes)
        {
            throw new CacheLimitException(LimitBytes, BytesHeld, bytes);
        }
    }

    /// <summary>Counts bytes that a sequence holds outside of pages.</summary>
    /// <param name="bytes">Bytes taken, or, negative, bytes that are no longer held.</param>
    /// <exception cref="CacheLimitException">They do not fit under the limit; nothing changes.</exception>
    public void CountOutsidePages(long bytes)
    {
        if (bytes > 0)
        {
            RequireRoom(bytes);
        }

        BytesOutsidePages += bytes;
        PeakBytes = Math.Max(PeakBytes, BytesHeld);
    }

    /// <summary>Adds a holder to a page in use: it is free after one more <see cref="Return"/>.</summary>
    /// <exception cref="ArgumentException">The page is not in use.</exception>
    public void Share(int page)
    {
        Slab* slab = SlabOf(page);
        if (slab->Sharers == null)
        {
            slab->Sharers = (int*)NativeMemory.AllocZeroed(SlabPages, sizeof(int));
        }

        slab->Sharers[page & SlabMask]++;
    }

    /// <summary>Whether a page in use has more than one holder: none of them may write to it.</summary>
    public bool IsShared(int page)
    {
        int* sharers = _slabs[page >> SlabShift].Sharers;
        return sharers != null && sharers[page & SlabMask] > 0;
    }

    /// <summary>Gives a page back, for one of its holders.</summary>
    /// <exception cref="ArgumentException">The page is not in use: returned too often, or never rented.</exception>
    public void Return(int page)
    {
        Slab* slab = SlabOf(page);
        int index = page >> SlabShift;
        if (IsShared(page))
        {
            slab->Sharers[page & SlabMask]--;
            return;
        }

        slab->Free |= 1UL << (page & SlabMask);
        PagesHeld--;
        _lowestOpen = Math.Min(_lowestOpen, index);
        if (slab->Free == ulong.MaxValue && PagesHeld > 0)
        {
            Close(slab);
        }
    }

    /// <summary>The address of a page in use. Stable until the page is returned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Address(int page) => _slabs[page >> SlabShift].Memory + ((nint)(page & SlabMask) * Layout.PageBytes);

    /// <summary>Frees every page.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private Slab* SlabOf(int page)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int index = page >> SlabShift;
        return page >= 0 && index < _slabCount && _slabs[index].Memory != null && (_slabs[index].Free & (1UL << (page & SlabMask))) == 0
            ? _slabs + index
            : throw new ArgumentException($"page {page} is not in use", nameof(page));
    }

    /// <summary>The first slab with a free page; takes memory for one when there is none.</summary>
    private int LowestOpenSlab()
    {
        int absent = _slabCount;
        for (; _lowestOpen < _slabCount; _lowestOpen++)
        {
            if (_slabs[_lowestOpen].Free != 0)
            {
                return _lowestOpen;
            }
        }

        for (int slab = 0; slab < _slabCount && absent == _slabCount; slab++)
        {
            absent = _slabs[slab].Memory == null ? slab : absent;
        }

        Open(absent);
        return _lowestOpen = absent;
    }

    private void Open(int slab)
    {
        if (slab == _slabCapacity)
        {
            _slabCapacity = Math.Max(16, _slabCapacity * 2);
            _slabs = (Slab*)NativeMemory.Realloc(_slabs, (nuint)_slabCapacity * (nuint)sizeof(Slab));
        }

        _slabs[slab].Memory = (byte*)NativeMemory.AlignedAlloc((nuint)SlabPages * (nuint)Layout.PageBytes, PageLayout.Alignment);
        _slabs[slab].Free = ulong.MaxValue;
        _slabs[slab].Sharers = null;
        _slabCount = Math.Max(_slabCount, slab + 1);
        _slabsPresent++;
    }

    private void Close(Slab* slab)
    {
        NativeMemory.AlignedFree(slab->Memory);
        NativeMemory.Free(slab->Sharers);
        *slab = default;
        _slabsPresent--;
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
            NativeMemory.AlignedFree(_slabs[slab].Memory);
            NativeMemory.Free(_slabs[slab].Sharers);
        }

        NativeMemory.Free(_slabs);
        _slabs = null;
        _slabCount = 0;
        _slabsPresent = 0;
        PagesHeld = 0;
    }

    private struct Slab
    {
        /// <summary>The pages; null when the memory went back.</summary>
        public byte* Memory;

        /// <summary>A bit for every page that nobody holds; 0 without memory.</summary>
        public ulong Free;

        /// <summary>Holders of every page beyond the first; null while there were none.</summary>
        public int* Sharers;
    }
}
