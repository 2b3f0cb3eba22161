using System.Buffers.Binary;

namespace KvCompose.Models.Files.Gguf;

/// <summary>Reads a file's header from its beginning. Every read is checked against the bytes that are left.</summary>
internal unsafe ref struct GgufCursor(byte* start, long length, string file, long position = 0)
{
    private readonly byte* _start = start;
    private readonly long _length = length;
    private readonly string _file = file;
    private long _position = position;

    public readonly long Position => _position;

    public readonly long Left => _length - _position;

    public byte Byte(string what) => Take(1, what)[0];

    public ushort UInt16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, what));

    public uint UInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public ulong UInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>The bytes of a string: its length, then so many bytes.</summary>
    public ReadOnlySpan<byte> String(string what)
    {
        ulong count = UInt64(what);
        if (count > (ulong)Left || count > int.MaxValue)
        {
            throw Error($"{what}: a string of {count} bytes, {Left} bytes of the file are left");
        }

        return Take((int)count, what);
    }

    /// <summary>Passes over bytes whose number is known to be left.</summary>
    public void Skip(long count) => _position += count;

    public readonly CheckpointFormatException Error(string problem) => new(_file, problem);

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count > Left)
        {
            throw Error($"{what}: the file ends at byte {_length}, in the middle of it");
        }

        var bytes = new ReadOnlySpan<byte>(_start + _position, count);
        _position += count;
        return bytes;
    }
}
