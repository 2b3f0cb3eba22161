using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>32 numbers: a half d, 16 bytes of which the low nibbles are numbers 0 to 15 and the high ones 16 to 31. d · (q − 8).</summary>
internal readonly unsafe struct Q4_0 : IStoredNumbers
{
    public static int BlockValues => 32;

    public static int BlockBytes => 18;

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 32, source += 18, target += 32)
        {
            float d = BlockMath.Half(source);
            Vector128<byte> codes = Vector128.Load(source + 2);
            Vector128<sbyte> eight = Vector128.Create((sbyte)8);
            BlockMath.Scale(BlockMath.LowNibbles(codes).AsSByte() - eight, d, target);
            BlockMath.Scale(BlockMath.HighNibbles(codes).AsSByte() - eight, d, target + 16);
        }
    }
}

/// <summary>32 numbers: halves d and m, then nibbles as <see cref="Q4_0"/>. d · q + m.</summary>
internal readonly unsafe struct Q4_1 : IStoredNumbers
{
    public static int BlockValues => 32;

    public static int BlockBytes => 20;

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 32, source += 20, target += 32)
        {
            float d = BlockMath.Half(source), m = BlockMath.Half(source + 2);
            Vector128<byte> codes = Vector128.Load(source + 4);
            BlockMath.ScaleAndAdd(BlockMath.LowNibbles(codes), d, m, target);
            BlockMath.ScaleAndAdd(BlockMath.HighNibbles(codes), d, m, target + 16);
        }
    }
}

/// <summary>32 numbers: a half d, 32 bits that are bit 4 of each number, nibbles as <see cref="Q4_0"/>. d · (q − 16).</summary>
internal readonly unsafe struct Q5_0 : IStoredNumbers
{
    public static int BlockValues => 32;

    public static int BlockBytes => 22;

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 32, source += 22, target += 32)
        {
            float d = BlockMath.Half(source);
            uint high = Unsafe.ReadUnaligned<uint>(source + 2);
            Vector128<byte> codes = Vector128.Load(source + 6);
            Vector128<sbyte> sixteen = Vector128.Create((sbyte)16);
            BlockMath.Scale((BlockMath.LowNibbles(codes) | BlockMath.FifthBits((ushort)high)).AsSByte() - sixteen, d, target);
            BlockMath.Scale(
                (BlockMath.HighNibbles(codes) | BlockMath.FifthBits((ushort)(high >> 16))).AsSByte() - sixteen, d, target + 16);
        }
    }
}

/// <summary>32 numbers: halves d and m, then bits and nibbles as <see cref="Q5_0"/>. d · q + m.</summary>
internal readonly unsafe struct Q5_1 : IStoredNumbers
{
    public static int BlockValues => 32;

    public static int BlockBytes => 24;

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 32, source += 24, target += 32)
        {
            float d = BlockMath.Half(source), m = BlockMath.Half(source + 2);
            uint high = Unsafe.ReadUnaligned<uint>(source + 4);
            Vector128<byte> codes = Vector128.Load(source + 8);
            BlockMath.ScaleAndAdd(BlockMath.LowNibbles(codes) | BlockMath.FifthBits((ushort)high), d, m, target);
            BlockMath.ScaleAndAdd(BlockMath.HighNibbles(codes) | BlockMath.FifthBits((ushort)(high >> 16)), d, m, target + 16);
        }
    }
}

/// <summary>32 numbers: a half d, then signed bytes. d · q.</summary>
internal readonly unsafe struct Q8_0 : IStoredNumbers
{
    public static int BlockValues => 32;

    public static int BlockBytes => 34;

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 32, source += 34, target += 32)
        {
            float d = BlockMath.Half(source);
            BlockMath.Scale(Vector128.Load((sbyte*)source + 2), d, target);
            BlockMath.Scale(Vector128.Load((sbyte*)source + 18), d, target + 16);
        }
    }
}

/// <summary>32 numbers: a half d, then nibbles as <see cref="Q4_0"/> that index a table of 16 levels. d · T[q].</summary>
internal readonly unsafe struct IQ4_NL : IStoredNumbers
{
    public static int BlockValues => 32;

    public static int BlockBytes => 18;

    public static Vector128<sbyte> Levels
        => Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 32, source += 18, target += 32)
        {
            Decode(Vector128.Load(source + 2), BlockMath.Half(source), target);
        }
    }

    /// <summary>32 numbers of 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Decode(Vector128<byte> codes, float scale, float* target)
    {
        BlockMath.Scale(Vector128.Shuffle(Levels, BlockMath.LowNibbles(codes).AsSByte()), scale, target);
        BlockMath.Scale(Vector128.Shuffle(Levels, BlockMath.HighNibbles(codes).AsSByte()), scale, target + 16);
    }
}
