using System.Text;

namespace KvCompose.Benchmarks.Peer;

/// <summary>Writes a GGUF file of version 3, tensor by tensor: only one tensor's bytes are in memory.</summary>
internal sealed class GgufFileWriter
{
    private const int Alignment = 32;

    private readonly List<(string Key, uint Type, byte[] Value)> _metadata = [];
    private readonly List<(string Name, long[] Shape, uint Type, long Bytes, Func<byte[]> Data)> _tensors = [];

    public GgufFileWriter Add(string key, uint value) => Add(key, 4, BitConverter.GetBytes(value));

    public GgufFileWriter Add(string key, float value) => Add(key, 6, BitConverter.GetBytes(value));

    public GgufFileWriter Add(string key, string value) => Add(key, 8, Text(value));

    public GgufFileWriter Add(string key, IReadOnlyList<string> values) => Add(key, 9, Array(8, values.Count, values.SelectMany(Text)));

    public GgufFileWriter Add(string key, IReadOnlyList<float> values)
        => Add(key, 9, Array(6, values.Count, values.SelectMany(BitConverter.GetBytes)));

    public GgufFileWriter Add(string key, IReadOnlyList<int> values)
        => Add(key, 9, Array(5, values.Count, values.SelectMany(BitConverter.GetBytes)));

    /// <summary>Adds a tensor of so many bytes, which are made when they are written; the shape's contiguous extent is the last.</summary>
    public void Tensor(string name, long[] shape, uint type, long bytes, Func<byte[]> data) => _tensors.Add((name, shape, type, bytes, data));

    public void Write(string path)
    {
        using FileStream file = File.Create(path);
        using var writer = new BinaryWriter(file);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_metadata.Count);
        foreach ((string key, uint type, byte[] value) in _metadata)
        {
            writer.Write(Text(key));
            writer.Write(type);
            writer.Write(value);
        }

        long offset = 0;
        foreach ((string name, long[] shape, uint type, long bytes, _) in _tensors)
        {
            writer.Write(Text(name));
            writer.Write((uint)shape.Length);
            foreach (long extent in shape.Reverse())
            {
                writer.Write((ulong)extent);
            }

            writer.Write(type);
            writer.Write((ulong)offset);
            offset += Padded(bytes);
        }

        foreach ((string name, _, _, long bytes, Func<byte[]> data) in _tensors)
        {
            writer.Write(new byte[Padded(file.Position) - file.Position]);
            byte[] own = data();
            if (own.Length != bytes)
            {
                throw new InvalidOperationException($"tensor '{name}' has {own.Length} bytes, {bytes} were announced");
            }

            writer.Write(own);
        }
    }

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. BitConverter.GetBytes((ulong)bytes.Length), .. bytes];
    }

    private static byte[] Array(uint type, int count, IEnumerable<byte> elements)
        => [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes((ulong)count), .. elements];

    private GgufFileWriter Add(string key, uint type, byte[] value)
    {
        _metadata.Add((key, type, value));
        return this;
    }
}
