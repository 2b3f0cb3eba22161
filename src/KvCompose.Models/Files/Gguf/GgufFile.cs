namespace KvCompose.Models.Files.Gguf;

/// <summary>One open GGUF file: metadata, and tensors in the mapped file.</summary>
internal sealed unsafe class GgufFile : IDisposable
{
    private readonly MappedFile _file;

    private GgufFile(MappedFile file, GgufParts parts)
    {
        _file = file;
        Parts = parts;
        Metadata = new GgufMetadata(file, parts);
        Tensors = [.. parts.Tensors.Select(tensor => new StoredTensor(
            file, tensor.Name, tensor.Type, tensor.Type.ToString(), tensor.Shape, parts.DataStart + tensor.Offset, tensor.Bytes))];
    }

    public MappedFile File => _file;

    public GgufParts Parts { get; }

    public GgufMetadata Metadata { get; }

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <exception cref="CheckpointFormatException">The file cannot be read, or contradicts itself.</exception>
    public static GgufFile Open(string path)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            PointerFile.Reject(file);
            return new GgufFile(file, GgufHeader.Read(file.Start, file.Length, path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();
}
