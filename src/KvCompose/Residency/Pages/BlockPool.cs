using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KvCompose.Memory;
using KvCompose.Residency.PageFiles;

namespace KvCompose.Residency.Pages;

/// <summary>
/// Aligned blocks of one size, by number. The lowest free number is handed out first, so blocks that are taken together are
/// neighbours. Addresses are stable. One writer takes and returns; readers may follow addresses at the same time.
/// </summary>
internal sealed unsafe class BlockPool : IDisposable
{
    private const int SlabShift = 6;
    private const int SlabMask = (1 << SlabShift) - 1;
    private const nuint Alignment = 64;

    private readonly HostMemory _memory;
    private readonly PageFile? _file;
    private readonly int _stride;
    private readonly long _slabBytes;
    private nint[] _slabs = [];
    private ulong[] _free = [];
    private ulong[] _inFile = []; // a bit for every slab
    private int _slabCount;
    private int _lowestOpen;

    /// <summary>An empty pool.</summary>
    /// <param name="blockBytes">A multiple of 64.</param>
    /// <param name="memory">Where its bytes are counted.</param>
    /// <param name="file">Where blocks are that memory has no room for; null where there are none.</param>
    public BlockPool(int blockBytes, HostMemory memory, PageFile? file = null)
    {
        BlockBytes = blockBytes;
        _memory = memory;
        _file = file;
        _stride = blockBytes + (file is null ? 0 : PageRecord.Bytes);
        _slabBytes = (long)_stride << SlabShift;
    }

    ~BlockPool() => Release(disposing: false);

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes { get; }

    /// <summary>Takes a block; its content is undefined.</summary>
    /// <exception cref="HostTierFullException">The limit is reached; nothing changes.</exception>
    public int Take()
    {
        while (_lowestOpen < _slabCount && _free[_lowestOpen] == 0)
        {
            _lowestOpen++;
        }

        if (_lowestOpen == _slabCount)
        {
            Open();
        }

        int place = BitOperations.TrailingZeroCount(_free[_lowestOpen]);
        _free[_lowestOpen] &= _free[_lowestOpen] - 1;
        return (_lowestOpen << SlabShift) | place;
    }

    /// <summary>Gives a block back.</summary>
    public void Return(int block)
    {
        if (IsInFile(block))
        {
            PageFile.Erase(Address(block));
        }

        _free[block >> SlabShift] |= 1UL << (block & SlabMask);
        _lowestOpen = Math.Min(_lowestOpen, block >> SlabShift);
    }

    /// <summary>Where a block is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Address(int block) => (byte*)Volatile.Read(ref _slabs)[block >> SlabShift] + ((nint)(block & SlabMask) * _stride);

    /// <summary>Whether a block is in the file; others are in memory.</summary>
    public bool IsInFile(int block) => _file is not null && (_inFile[block >> (SlabShift + 6)] >> ((block >> SlabShift) & 63) & 1) != 0;

    /// <summary>Frees all blocks.</summary>
    public void Dispose()
    {
        Release(disposing: true);
        GC.SuppressFinalize(this);
    }

    private void Open()
    {
        bool inFile = _file is not null && !_memory.TryTake(_slabBytes);
        if (_file is null)
        {
            _memory.Take(_slabBytes);
        }

        // Room for the records of a page file is in both kinds of slab, in front of the blocks.
        nint slab = inFile ? (nint)_file!.AddSlab(_slabBytes) : (nint)NativeMemory.AlignedAlloc((nuint)_slabBytes, Alignment);
        slab += _stride - BlockBytes;
        if (_slabCount == _slabs.Length)
        {
            // Readers keep the array they have: what they know stands in both.
            int length = Math.Max(8, 2 * _slabCount);
            Array.Resize(ref _free, length);
            Array.Resize(ref _inFile, (length + 63) / 64);
            nint[] slabs = new nint[length];
            _slabs.AsSpan().CopyTo(slabs);
            Volatile.Write(ref _slabs, slabs);
        }

        _slabs[_slabCount] = slab;
        _inFile[_slabCount / 64] |= inFile ? 1UL << (_slabCount % 64) : 0;
        _free[_slabCount++] = ulong.MaxValue;
    }

    // A finalizer leaves the file alone, which may be gone before it.
    private void Release(bool disposing)
    {
        for (int slab = 0; slab < _slabCount; slab++)
        {
            nint begin = _slabs[slab] - (_stride - BlockBytes);
            if (IsInFile(slab << SlabShift))
            {
                if (disposing)
                {
                    _file!.GiveSlab((byte*)begin, _slabBytes);
                }

                continue;
            }

            NativeMemory.AlignedFree((void*)begin);
            _memory.Give(_slabBytes);
        }

        _slabCount = 0;
    }
}
