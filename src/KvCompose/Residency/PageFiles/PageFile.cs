using System.ComponentModel;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using KvCompose.Memory;
using KvCompose.Residency.Pages;
using Microsoft.Win32.SafeHandles;

namespace KvCompose.Residency.PageFiles;

/// <summary>
/// A memory-mapped file of host pages, for caches beyond the memory that they may take. Grows slab by slab, and takes the space on the disk before it is
/// mapped, so that a full disk is an error and no signal. A file that is closed in order is deleted; what a crash leaves behind is read by
/// <see cref="PageFileRecovery"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PageFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly HostPageLayout _layout;
    private readonly long _limit;
    private readonly List<MemoryMappedViewAccessor> _views = [];
    private readonly Stack<nint> _free = new();
    private readonly Lock _gate = new();
    private long _generation;
    private long _length = PageFileHeader.Bytes;
    private bool _disposed;

    /// <summary>Makes a file.</summary>
    /// <param name="path">Where; there must be no file yet.</param>
    /// <param name="headDim">d of the pages' keys.</param>
    /// <param name="format">How the pages are stored.</param>
    /// <param name="limitBytes">Bytes that the file may grow to; 0 sets no limit.</param>
    /// <exception cref="PageFileException">It exists already, or cannot be made.</exception>
    public PageFile(string path, int headDim, HostPageFormat format, long limitBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        Path = path;
        _layout = new HostPageLayout(headDim, format);
        _limit = limitBytes;
        if (File.Exists(path))
        {
            throw new PageFileException(path, "it exists already: another run is using it, or a crash left it; recover or delete it");
        }

        try
        {
            _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
            var first = new byte[PageFileHeader.Bytes];
            PageFileHeader header = PageFileHeader.Of(_layout);
            MemoryMarshal.Write(first, in header);
            RandomAccess.Write(_handle, first, 0);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            _handle?.Dispose();
            throw new PageFileException(path, $"it cannot be made: {cause.Message}", cause);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file.</summary>
    public long LengthBytes => Volatile.Read(ref _length);

    /// <summary>Bytes of what stays in memory of the pages: what they are ranked by.</summary>
    internal HostMemory Digests { get; } = new();

    /// <summary>Maps room for more records, or takes what was given back. The address stays until the file is disposed. All slabs of a file are of one size.</summary>
    /// <exception cref="PageFileException">The limit, or the disk, does not allow it; the file is as long as before.</exception>
    internal byte* AddSlab(long bytes)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_free.TryPop(out nint again))
            {
                return (byte*)again;
            }

            if (_limit > 0 && _length + bytes > _limit)
            {
                throw new PageFileException(Path, $"it holds {_length} bytes and needs {bytes} more, but its limit is {_limit} bytes");
            }

            try
            {
                RandomAccess.Write(_handle, new byte[bytes], _length);
            }
            catch (IOException cause)
            {
                RandomAccess.SetLength(_handle, _length);
                throw new PageFileException(Path, $"the disk has no room for {bytes} bytes more than its {_length}: {cause.Message}", cause);
            }

            using var map = MemoryMappedFile.CreateFromFile(
                _handle, null, _length + bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            MemoryMappedViewAccessor view = map.CreateViewAccessor(_length, bytes);
            byte* address = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
            _views.Add(view);
            Volatile.Write(ref _length, _length + bytes);
            return address + view.PointerOffset;
        }
    }

    /// <summary>Gives room back; what it holds is not recovered any more.</summary>
    internal void GiveSlab(byte* slab, long bytes)
    {
        lock (_gate)
        {
            if (_disposed || RandomAccess.GetLength(_handle) < LengthBytes)
            {
                return;
            }

            for (long at = 0; at < bytes; at += PageFileHeader.RecordBytes(_layout))
            {
                PageRecord.Erase((PageRecord*)(slab + at));
            }

            _free.Push((nint)slab);
        }
    }

    /// <summary>Seals a page: from now on it counts.</summary>
    internal void Seal(byte* page, PageOwner owner, int count)
        => PageRecord.Write((PageRecord*)(page - PageRecord.Bytes), _layout, owner, count, Interlocked.Increment(ref _generation));

    /// <summary>A page is free: it is not recovered any more.</summary>
    internal static void Erase(byte* page) => PageRecord.Erase((PageRecord*)(page - PageRecord.Bytes));

    /// <summary>Compares a page with its seal.</summary>
    /// <exception cref="PageFileException">It does not hold what was written.</exception>
    internal void Verify(byte* page, PageOwner owner, int count)
    {
        if (!PageRecord.Holds((PageRecord*)(page - PageRecord.Bytes), _layout, owner, count))
        {
            throw new PageFileException(
                Path, $"a page of sequence {owner.Sequence}, layer {owner.Layer}, key-value head {owner.Head} does not hold the {count} tokens that were written");
        }
    }

    /// <summary>Looks whether the file is still as long as it was made: touching what is not there any more would end the process.</summary>
    /// <exception cref="PageFileException">It was cut short.</exception>
    internal void RequireWhole()
    {
        long found = RandomAccess.GetLength(_handle);
        if (found < LengthBytes)
        {
            throw new PageFileException(Path, $"it was cut short: {found} bytes are left of {LengthBytes}");
        }
    }

    /// <summary>Writes what is sealed to the disk, so that it outlasts the machine as well.</summary>
    internal void Flush()
    {
        lock (_gate)
        {
            _views.ForEach(static view => view.Flush());
        }
    }

    /// <summary>Unmaps and deletes the file. Nobody may be reading pages.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            foreach (MemoryMappedViewAccessor view in _views)
            {
                view.SafeMemoryMappedViewHandle.ReleasePointer();
                view.Dispose();
            }

            _handle.Dispose();
            File.Delete(Path);
        }
    }
}
