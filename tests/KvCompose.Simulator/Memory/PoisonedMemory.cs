using System.Runtime.InteropServices;

namespace KvCompose.Simulation;

/// <summary>
/// Pinned memory whose first byte stands at a multiple of 256, filled with a pattern that is NaN as a half, a float and a
/// double: devices do not clear memory, and what was never written must not look like a number.
/// </summary>
internal sealed class PoisonedMemory
{
    public const int Alignment = 256;

    /// <summary>Every 4 bytes of a fresh buffer.</summary>
    public const uint BufferPattern = 0xFFC1_FFC1;

    /// <summary>Every 4 bytes of fresh shared or local memory; another one, so that copied buffer poison counts as written.</summary>
    public const uint GroupPattern = 0xFFCD_FFCD;

    private readonly byte[] _bytes;
    private readonly int _start;
    private readonly uint _pattern;

    public PoisonedMemory(int length, uint pattern)
    {
        _pattern = pattern;
        _bytes = GC.AllocateUninitializedArray<byte>(length + Alignment + sizeof(uint), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        _start = (int)(((address + Alignment - 1) & -Alignment) - address);
        Address = address + _start;
        Length = length;
        Poison(length);
    }

    public nint Address { get; }

    public int Length { get; }

    public Span<byte> Bytes => _bytes.AsSpan(_start, Length);

    /// <summary>Poisons the first <paramref name="length"/> bytes again.</summary>
    public void Poison(int length)
        => MemoryMarshal.Cast<byte, uint>(_bytes.AsSpan(_start, (length + 3) & ~3)).Fill(_pattern);
}
