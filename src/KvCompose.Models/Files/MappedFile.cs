using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace KvCompose.Models.Files;

/// <summary>A file mapped for reading. Its pages are the operating system's cache of the file; nothing is copied.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private readonly DateTime _written;
    private bool _disposed;

    private MappedFile(string path)
    {
        Path = path;
        _handle = File.OpenHandle(path);
        try
        {
            Length = RandomAccess.GetLength(_handle);
            _written = File.GetLastWriteTimeUtc(_handle);
            if (Length == 0)
            {
                return; // An empty file cannot be mapped.
            }

            _map = MemoryMappedFile.CreateFromFile(
                _handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            _start += _view.PointerOffset;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>The first byte. Valid until the file is disposed.</summary>
    public byte* Start => _start;

    /// <exception cref="CheckpointFormatException">The file cannot be opened.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            return new MappedFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointFormatException(path, $"cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads bytes into memory of the caller's, without touching the mapped pages.</summary>
    /// <exception cref="CheckpointFormatException">The file has become shorter, or cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            while (destination.Length > 0)
            {
                int read = RandomAccess.Read(_handle, destination, offset);
                if (read == 0)
                {
                    throw new CheckpointFormatException(Path, $"ends at byte {offset}, {destination.Length} bytes early");
                }

                destination = destination[read..];
                offset += read;
            }
        }
        catch (IOException exception)
        {
            throw new CheckpointFormatException(Path, $"cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Throws if the file was written to since it was opened. Reading pages after a file's new end would kill the process, and
    /// bytes that changed would change the answers, so that this is asked before each step.
    /// </summary>
    /// <exception cref="CheckpointFormatException">The file has changed.</exception>
    public void CheckUnchanged()
    {
        long length = RandomAccess.GetLength(_handle);
        if (length != Length || File.GetLastWriteTimeUtc(_handle) != _written)
        {
            throw new CheckpointFormatException(
                Path, $"has changed since the model was loaded: {Length} bytes then, {length} now. Load the model again");
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_start is not null)
        {
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _map?.Dispose();
        _handle.Dispose();
    }
}
