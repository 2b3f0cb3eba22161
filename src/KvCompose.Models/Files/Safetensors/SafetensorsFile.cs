using System.Buffers.Binary;

namespace KvCompose.Models.Files.Safetensors;

/// <summary>An open safetensors file: eight bytes of header length, the header, the data.</summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private const int PrefixBytes = 8;
    private const int MaxHeaderBytes = 100_000_000; // The format's own limit.

    private readonly MappedFile _file;

    private SafetensorsFile(MappedFile file, Dictionary<string, StoredTensor> tensors)
    {
        _file = file;
        Tensors = tensors;
    }

    public MappedFile File => _file;

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    public static SafetensorsFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            PointerFile.Reject(file);
            if (file.Length < PrefixBytes)
            {
                throw new CheckpointFormatException(path, $"{file.Length} bytes long, a header length alone takes {PrefixBytes}");
            }

            ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(file.Start, PrefixBytes));
            if (headerBytes > MaxHeaderBytes || (long)headerBytes > file.Length - PrefixBytes)
            {
                throw new CheckpointFormatException(path, $"header length is {headerBytes}, the file is {file.Length} bytes long");
            }

            long dataStart = PrefixBytes + (long)headerBytes;
            var header = new ReadOnlySpan<byte>(file.Start + PrefixBytes, (int)headerBytes);
            Dictionary<string, StoredTensor> tensors = SafetensorsHeader.Parse(header, file.Length - dataStart, path).Values.ToDictionary(
                entry => entry.Name,
                entry => new StoredTensor(file, entry.Name, entry.Type, entry.TypeName, entry.Shape, dataStart + entry.Offset, entry.Bytes));
            return new SafetensorsFile(file, tensors);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();
}
