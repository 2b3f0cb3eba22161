using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>
/// 32 numbers: a half d, 16 bytes of which the low nibbles are numbers 0 to 15 and the high ones 16 to 31. d · (q − 8).
/// </summary>
internal readonly unsafe struct Q4_0 : ICodeBlocks
{
    public static int BlockValues => 32;

    public static int BlockBytes => 18;

    public static bool HasHalves => false;

    public static bool HasMinima => false;

    public static bool HasLevels => true;

    public static Vector512<float> Levels => BlockMath.Nibbles(-8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales) => BlockMath.Finite(group, 18, parts).Store(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima) => Vector256<float>.Zero.Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 36) + (which * 18);
        return BlockMath.Nibbles(block + 2, half).AsSByte() - Vector128.Create((sbyte)8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
    {
        byte* block = group + (pair * 36) + (which * 18);
        return BlockMath.NibbleIntegers(block + 2 + (8 * (quarter % 2)), quarter / 2) - Vector256.Create(8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 36) + (which * 18);
        return BlockMath.NibblesBelow(block + 2, half);
    }

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
internal readonly unsafe struct Q4_1 : ICodeBlocks
{
    public static int BlockValues => 32;

    public static int BlockBytes => 20;

    public static bool HasHalves => false;

    public static bool HasMinima => true;

    public static bool HasLevels => true;

    public static Vector512<float> Levels => BlockMath.Nibbles(0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales) => BlockMath.Finite(group, 20, parts).Store(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima) => BlockMath.Finite(group + 2, 20, parts).Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 40) + (which * 20);
        return BlockMath.Nibbles(block + 4, half).AsSByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
    {
        byte* block = group + (pair * 40) + (which * 20);
        return BlockMath.NibbleIntegers(block + 4 + (8 * (quarter % 2)), quarter / 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 40) + (which * 20);
        return BlockMath.NibblesBelow(block + 4, half);
    }

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
internal readonly unsafe struct Q5_0 : ICodeBlocks
{
    public static int BlockValues => 32;

    public static int BlockBytes => 22;

    public static bool HasHalves => false;

    public static bool HasMinima => false;

    public static bool HasLevels => false;

    public static Vector512<float> Levels => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales) => BlockMath.Finite(group, 22, parts).Store(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima) => Vector256<float>.Zero.Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 44) + (which * 22);
        Vector128<byte> upper = BlockMath.FifthBits(Unsafe.ReadUnaligned<ushort>(block + 2 + (2 * half)));
        return (BlockMath.Nibbles(block + 6, half) | upper).AsSByte() - Vector128.Create((sbyte)16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
        => BlockMath.Integers(Codes(group, pair, which, quarter / 2), quarter % 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
        => BlockMath.Integers(Codes(group, pair, which, half));

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
internal readonly unsafe struct Q5_1 : ICodeBlocks
{
    public static int BlockValues => 32;

    public static int BlockBytes => 24;

    public static bool HasHalves => false;

    public static bool HasMinima => true;

    public static bool HasLevels => false;

    public static Vector512<float> Levels => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales) => BlockMath.Finite(group, 24, parts).Store(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima) => BlockMath.Finite(group + 2, 24, parts).Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 48) + (which * 24);
        Vector128<byte> upper = BlockMath.FifthBits(Unsafe.ReadUnaligned<ushort>(block + 4 + (2 * half)));
        return (BlockMath.Nibbles(block + 8, half) | upper).AsSByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
        => BlockMath.Integers(Codes(group, pair, which, quarter / 2), quarter % 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
        => BlockMath.Integers(Codes(group, pair, which, half));

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
internal readonly unsafe struct Q8_0 : ICodeBlocks
{
    public static int BlockValues => 32;

    public static int BlockBytes => 34;

    public static bool HasHalves => false;

    public static bool HasMinima => false;

    public static bool HasLevels => false;

    public static Vector512<float> Levels => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales) => BlockMath.Finite(group, 34, parts).Store(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima) => Vector256<float>.Zero.Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 68) + (which * 34);
        return Vector128.Load((sbyte*)block + 2 + (16 * half));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
    {
        byte* block = group + (pair * 68) + (which * 34);
        return BlockMath.Integers((sbyte*)block + 2 + (8 * quarter));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 68) + (which * 34);
        return BlockMath.Integers(Vector128.Load((sbyte*)block + 2 + (16 * half)));
    }

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
internal readonly unsafe struct IQ4_NL : ICodeBlocks
{
    public static int BlockValues => 32;

    public static int BlockBytes => 18;

    public static Vector128<sbyte> LevelBytes
        => Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

    public static bool HasHalves => false;

    public static bool HasMinima => false;

    public static bool HasLevels => true;

    public static Vector512<float> Levels => Vector512.ConvertToSingle(BlockMath.Integers(LevelBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales) => BlockMath.Finite(group, 18, parts).Store(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima) => Vector256<float>.Zero.Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 36) + (which * 18);
        return Vector128.Shuffle(LevelBytes, BlockMath.Nibbles(block + 2, half).AsSByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
        => BlockMath.Integers(Codes(group, pair, which, quarter / 2), quarter % 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 36) + (which * 18);
        return BlockMath.NibblesBelow(block + 2, half);
    }

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
        BlockMath.Scale(Vector128.Shuffle(LevelBytes, BlockMath.LowNibbles(codes).AsSByte()), scale, target);
        BlockMath.Scale(Vector128.Shuffle(LevelBytes, BlockMath.HighNibbles(codes).AsSByte()), scale, target + 16);
    }
}
