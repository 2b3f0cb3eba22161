using System.Runtime.InteropServices;
using System.Text;

namespace KvCompose.Models.Tests.Support;

/// <summary>Writes GGUF files, version 3.</summary>
internal sealed class GgufWriter
{
    private readonly List<(string Key, byte[] Value)> _metadata = [];
    private readonly List<(string Name, long[] Shape, uint Type, byte[] Data)> _tensors = [];

    public uint Alignment { get; init; } = 32;

    public GgufWriter Add(string key, object value)
    {
        _metadata.Add((key, [.. BitConverter.GetBytes(TypeOf(value)), .. Encode(value)]));
        return this;
    }

    /// <summary>Adds a tensor; the shape's contiguous extent is the last.</summary>
    public GgufWriter Tensor(string name, long[] shape, uint type, byte[] data)
    {
        _tensors.Add((name, shape, type, data));
        return this;
    }

    public GgufWriter Tensor(string name, long[] shape, float[] values)
        => Tensor(name, shape, 0, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public byte[] Write()
    {
        var header = new List<byte>([.. "GGUF"u8, .. BitConverter.GetBytes(3u)]);
        header.AddRange(BitConverter.GetBytes((ulong)_tensors.Count));
        header.AddRange(BitConverter.GetBytes((ulong)_metadata.Count));
        foreach ((string key, byte[] value) in _metadata)
        {
            header.AddRange([.. Encode(key), .. value]);
        }

        var data = new List<byte>();
        foreach ((string name, long[] shape, uint type, byte[] bytes) in _tensors)
        {
            Pad(data);
            header.AddRange([.. Encode(name), .. BitConverter.GetBytes((uint)shape.Length)]);
            header.AddRange(shape.Reverse().SelectMany(BitConverter.GetBytes));
            header.AddRange([.. BitConverter.GetBytes(type), .. BitConverter.GetBytes((ulong)data.Count)]);
            data.AddRange(bytes);
        }

        Pad(header);
        return [.. header, .. data];
    }

    private void Pad(List<byte> bytes)
    {
        while (bytes.Count % Alignment != 0)
        {
            bytes.Add(0);
        }
    }

    private static uint TypeOf(object value) => value switch
    {
        byte => 0,
        sbyte => 1,
        ushort => 2,
        short => 3,
        uint => 4,
        int => 5,
        float => 6,
        bool => 7,
        string => 8,
        Array => 9,
        ulong => 10,
        long => 11,
        double => 12,
        _ => throw new ArgumentException($"{value.GetType()} has no GGUF type"),
    };

    private static byte[] Encode(object value) => value switch
    {
        byte number => [number],
        sbyte number => [(byte)number],
        ushort number => BitConverter.GetBytes(number),
        short number => BitConverter.GetBytes(number),
        uint number => BitConverter.GetBytes(number),
        int number => BitConverter.GetBytes(number),
        float number => BitConverter.GetBytes(number),
        bool flag => [flag ? (byte)1 : (byte)0],
        string text => [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)],
        ulong number => BitConverter.GetBytes(number),
        long number => BitConverter.GetBytes(number),
        double number => BitConverter.GetBytes(number),
        Array list => [.. BitConverter.GetBytes(ElementType(list)), .. BitConverter.GetBytes((ulong)list.Length), .. list.Cast<object>().SelectMany(Encode)],
        _ => throw new ArgumentException($"{value.GetType()} has no GGUF type"),
    };

    private static uint ElementType(Array list)
        => list.Length > 0 ? TypeOf(list.GetValue(0)!) : 8;
}
