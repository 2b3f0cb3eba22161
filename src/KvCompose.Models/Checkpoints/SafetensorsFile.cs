using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace KvCompose.Models.Checkpoints;

/// <summary>An open safetensors file: eight bytes of header length, the header, the data.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const int PrefixBytes = 8;
    private const int MaxHeaderBytes = 100_000_000; // The format's own limit.

    private readonly SafeFileHandle _handle;
    private readonly long _dataStart;

    private SafetensorsFile(string path, SafeFileHandle handle, long dataStart, Dictionary<string, TensorEntry> tensors)
    {
        Path = path;
        _handle = handle;
        _dataStart = dataStart;
        Tensors = tensors;
    }

    public string Path { get; }

    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path);
            long length = RandomAccess.GetLength(handle);
            if (length < PrefixBytes)
            {
                throw new CheckpointFormatException(path, $"{length} bytes long, a header length alone takes {PrefixBytes}");
            }

            var prefix = new byte[PrefixBytes];
            ReadFully(handle, prefix, 0, path);
            ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerBytes > MaxHeaderBytes || (long)headerBytes > length - PrefixBytes)
            {
                throw new CheckpointFormatException(path, $"header length is {headerBytes}, the file is {length} bytes long");
            }

            var header = new byte[headerBytes];
            ReadFully(handle, header, PrefixBytes, path);
            long dataStart = PrefixBytes + (long)headerBytes;
            return new SafetensorsFile(path, handle, dataStart, SafetensorsHeader.Parse(header, length - dataStart, path));
        }
        catch (Exception exception)
        {
            handle?.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new CheckpointFormatException(path, $"cannot be read: {exception.Message}", exception);
            }

            throw;
        }
    }

    /// <summary>Reads bytes of the data.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            ReadFully(_handle, destination, _dataStart + offset, Path);
        }
        catch (IOException exception)
        {
            throw new CheckpointFormatException(Path, $"cannot be read: {exception.Message}", exception);
        }
    }

    public void Dispose() => _handle.Dispose();

    private static void ReadFully(SafeFileHandle handle, Span<byte> destination, long offset, string path)
    {
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
            {
                throw new CheckpointFormatException(path, $"ends at byte {offset}, {destination.Length} bytes early");
            }

            destination = destination[read..];
            offset += read;
        }
    }
}
