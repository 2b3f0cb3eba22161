using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>
/// 256 numbers in 16 parts of 16: a byte of scale and minimum for each part, 64 bytes of 2-bit codes, halves d and dmin.
/// d · (s &amp; 15) · q − dmin · (s ≫ 4).
/// </summary>
internal readonly unsafe struct Q2_K : IStoredNumbers
{
    public static int BlockValues => 256;

    public static int BlockBytes => 84;

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 256, source += 84, target += 256)
        {
            float d = BlockMath.Half(source + 80), minimum = BlockMath.Half(source + 82);
            for (int part = 0; part < 16; part++)
            {
                // Parts 0 to 7 share the first 32 bytes of codes, a pair of parts for each two bits; 8 to 15 the other 32.
                Vector128<byte> codes = Vector128.Load(source + 16 + (part / 8 * 32) + (part % 2 * 16));
                byte scale = source[part];
                BlockMath.ScaleAndAdd(
                    BlockMath.Pairs(codes, part % 8 / 2 * 2), d * (scale & 15), -(minimum * (scale >> 4)), target + (part * 16));
            }
        }
    }
}

/// <summary>
/// 256 numbers in 16 parts of 16: 32 bytes of third bits, 64 bytes of 2-bit codes as <see cref="Q2_K"/>, 16 scales of 6 bits in
/// 12 bytes, a half d. d · (s − 32) · (q, minus 4 where the third bit is not set).
/// </summary>
internal readonly unsafe struct Q3_K : IStoredNumbers
{
    public static int BlockValues => 256;

    public static int BlockBytes => 110;

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 256, source += 110, target += 256)
        {
            byte* scales = source + 96;
            float d = BlockMath.Half(source + 108);
            for (int part = 0; part < 16; part++)
            {
                Vector128<byte> codes = Vector128.Load(source + 32 + (part / 8 * 32) + (part % 2 * 16));
                Vector128<byte> thirdBits = Vector128.Load(source + (part % 2 * 16));
                int low = part < 8 ? scales[part] & 15 : scales[part - 8] >> 4;
                int high = (scales[8 + (part % 4)] >> (part / 4 * 2)) & 3;
                Vector128<byte> whole = BlockMath.Pairs(codes, part % 8 / 2 * 2) | BlockMath.WhereSet(thirdBits, part / 2, 4);
                BlockMath.Scale(
                    whole.AsSByte() - Vector128.Create((sbyte)4), d * ((low | (high << 4)) - 32), target + (part * 16));
            }
        }
    }
}

/// <summary>
/// 256 numbers in 8 parts of 32: halves d and dmin, 8 scales and 8 minima of 6 bits in 12 bytes, 128 bytes of nibbles; two parts
/// share 32 bytes. d · s · q − dmin · m.
/// </summary>
internal readonly unsafe struct Q4_K : ICodeBlocks
{
    public static int BlockValues => 256;

    public static int BlockBytes => 144;

    public static bool HasHalves => false;

    public static bool HasMinima => true;

    public static bool HasLevels => true;

    public static Vector512<float> Levels => BlockMath.Nibbles(0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales)
        => (Bytes(AllScales(group + 4)) * Vector256.Create(BlockMath.Finite(group))).Store(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima)
        => (Bytes(AllMinima(group + 4)) * Vector256.Create(-BlockMath.Finite(group + 2))).Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
        => BlockMath.Nibbles(group + 16 + (32 * pair) + (16 * half), which).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
        => BlockMath.NibbleIntegers(group + 16 + (32 * pair) + (8 * quarter), which);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
        => BlockMath.NibblesBelow(group + 16 + (32 * pair) + (16 * half), which);

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 256, source += 144, target += 256)
        {
            float d = BlockMath.Half(source), minimum = BlockMath.Half(source + 2);
            for (int part = 0; part < 8; part++)
            {
                (int scale, int least) = Scales(source + 4, part);
                byte* codes = source + 16 + (part / 2 * 32);
                for (int half = 0; half < 32; half += 16)
                {
                    Vector128<byte> bytes = Vector128.Load(codes + half);
                    BlockMath.ScaleAndAdd(
                        part % 2 == 0 ? BlockMath.LowNibbles(bytes) : BlockMath.HighNibbles(bytes), d * scale, -(minimum * least),
                        target + (part * 32) + half);
                }
            }
        }
    }

    /// <summary>The scales of all eight parts, a byte each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AllScales(byte* packed)
    {
        uint low = Unsafe.ReadUnaligned<uint>(packed), rest = Unsafe.ReadUnaligned<uint>(packed + 8);
        uint second = (rest & 0x0F0F0F0F) | ((low >> 2) & 0x30303030);
        return (low & 0x3F3F3F3F) | ((ulong)second << 32);
    }

    /// <summary>The minima of all eight parts, a byte each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AllMinima(byte* packed)
    {
        uint low = Unsafe.ReadUnaligned<uint>(packed + 4), rest = Unsafe.ReadUnaligned<uint>(packed + 8);
        uint second = ((rest >> 4) & 0x0F0F0F0F) | ((low >> 2) & 0x30303030);
        return (low & 0x3F3F3F3F) | ((ulong)second << 32);
    }

    /// <summary>Eight bytes as floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Bytes(ulong bytes)
    {
        Vector128<short> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(bytes).AsByte()).AsInt16();
        return Vector256.ConvertToSingle(Vector256.WidenLower(words.ToVector256Unsafe()));
    }

    /// <summary>Scale and minimum of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int Scale, int Minimum) Scales(byte* packed, int part) => part < 4
        ? (packed[part] & 63, packed[part + 4] & 63)
        : ((packed[part + 4] & 15) | (packed[part - 4] >> 6 << 4), (packed[part + 4] >> 4) | (packed[part] >> 6 << 4));
}

/// <summary>As <see cref="Q4_K"/>, with 32 bytes before the nibbles of which bit k is bit 4 of the numbers of part k.</summary>
internal readonly unsafe struct Q5_K : ICodeBlocks
{
    public static int BlockValues => 256;

    public static int BlockBytes => 176;

    public static bool HasHalves => false;

    public static bool HasMinima => true;

    public static bool HasLevels => false;

    public static Vector512<float> Levels => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales)
        => (Q4_K.Bytes(Q4_K.AllScales(group + 4)) * Vector256.Create(BlockMath.Finite(group))).Store(scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima)
        => (Q4_K.Bytes(Q4_K.AllMinima(group + 4)) * Vector256.Create(-BlockMath.Finite(group + 2))).Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        Vector128<byte> nibbles = BlockMath.Nibbles(group + 48 + (32 * pair) + (16 * half), which);
        Vector128<ushort> upper = Vector128.ShiftRightLogical(Vector128.Load(group + 16 + (16 * half)).AsUInt16(), (2 * (int)pair) + which);
        return (nibbles | ((upper & Vector128.Create((ushort)0x0101)) << 4).AsByte()).AsSByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
    {
        Vector256<int> upper = BlockMath.Integers(group + 16 + (8 * quarter)) >>> ((2 * (int)pair) + which);
        return BlockMath.NibbleIntegers(group + 48 + (32 * pair) + (8 * quarter), which) | ((upper & Vector256<int>.One) << 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
        => BlockMath.Integers(Codes(group, pair, which, half));

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 256, source += 176, target += 256)
        {
            float d = BlockMath.Half(source), minimum = BlockMath.Half(source + 2);
            for (int part = 0; part < 8; part++)
            {
                (int scale, int least) = Q4_K.Scales(source + 4, part);
                byte* codes = source + 48 + (part / 2 * 32);
                for (int half = 0; half < 32; half += 16)
                {
                    Vector128<byte> bytes = Vector128.Load(codes + half);
                    Vector128<byte> nibbles = part % 2 == 0 ? BlockMath.LowNibbles(bytes) : BlockMath.HighNibbles(bytes);
                    Vector128<byte> fifth = BlockMath.WhereSet(Vector128.Load(source + 16 + half), part, 16);
                    BlockMath.ScaleAndAdd(nibbles | fifth, d * scale, -(minimum * least), target + (part * 32) + half);
                }
            }
        }
    }
}

/// <summary>
/// 256 numbers in 16 parts of 16: 128 bytes of nibbles, 64 bytes of two further bits, 16 signed scales, a half d.
/// d · s · (q − 32).
/// </summary>
internal readonly unsafe struct Q6_K : ICodeBlocks
{
    public static int BlockValues => 256;

    public static int BlockBytes => 210;

    public static bool HasHalves => true;

    public static bool HasMinima => false;

    public static bool HasLevels => false;

    public static Vector512<float> Levels => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales)
    {
        Vector256<float> factor = Vector256.Create(BlockMath.Finite(group + 208));
        Vector128<sbyte> bytes = Vector128.Load((sbyte*)group + 192);
        Vector256<short> words = Vector256.WidenLower(bytes.ToVector256Unsafe());
        (Vector256.ConvertToSingle(Vector256.WidenLower(words)) * factor).Store(scales);
        (Vector256.ConvertToSingle(Vector256.WidenUpper(words)) * factor).Store(scales + 8);
    }

    public static void Minima(byte* group, int parts, float* minima) => Vector256<float>.Zero.Store(minima);

    // Of 128 numbers, the first 64 are low nibbles and the others the high nibbles of the same bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        Vector128<ushort> bytes = Vector128.Load(group + ((pair >> 1) * 64) + (32 * which) + (16 * half)).AsUInt16();
        Vector128<ushort> pairs = Vector128.Load(group + 128 + ((pair >> 1) * 32) + (16 * half)).AsUInt16();
        int shift = (int)(pair & 1) * 4;
        Vector128<ushort> nibbles = Vector128.ShiftRightLogical(bytes, shift) & Vector128.Create((ushort)0x0F0F);
        Vector128<ushort> upper = Vector128.ShiftRightLogical(pairs, shift + (2 * which)) & Vector128.Create((ushort)0x0303);
        return (nibbles | (upper << 4)).AsSByte() - Vector128.Create((sbyte)32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
        => BlockMath.Integers(Codes(group, pair, which, quarter / 2), quarter % 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
        => BlockMath.Integers(Codes(group, pair, which, half));

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 256, source += 210, target += 256)
        {
            var scales = (sbyte*)source + 192;
            float d = BlockMath.Half(source + 208);
            for (int part = 0; part < 16; part++)
            {
                int half = part / 8, step = part % 8 / 2, at = part % 2 * 16;
                Vector128<byte> bytes = Vector128.Load(source + (half * 64) + (step % 2 * 32) + at);
                Vector128<byte> nibbles = step < 2 ? BlockMath.LowNibbles(bytes) : BlockMath.HighNibbles(bytes);
                Vector128<byte> upper = BlockMath.Pairs(Vector128.Load(source + 128 + (half * 32) + at), step * 2);
                Vector128<byte> whole = nibbles | Vector128.ShiftLeft(upper.AsUInt16(), 4).AsByte();
                BlockMath.Scale(whole.AsSByte() - Vector128.Create((sbyte)32), d * scales[part], target + (part * 16));
            }
        }
    }
}

/// <summary>
/// 256 numbers in 8 parts of 32: a half d, the upper two bits of 8 scales in 2 bytes, their lower four in 4 bytes, 128 bytes of
/// nibbles that index the levels of <see cref="IQ4_NL"/>. d · (s − 32) · T[q].
/// </summary>
internal readonly unsafe struct IQ4_XS : IStoredNumbers
{
    public static int BlockValues => 256;

    public static int BlockBytes => 136;

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 256, source += 136, target += 256)
        {
            float d = BlockMath.Half(source);
            ushort high = Unsafe.ReadUnaligned<ushort>(source + 2);
            for (int part = 0; part < 8; part++)
            {
                int low = (source[4 + (part / 2)] >> (part % 2 * 4)) & 15;
                int scale = low | (((high >> (2 * part)) & 3) << 4);
                IQ4_NL.Decode(Vector128.Load(source + 8 + (part * 16)), d * (scale - 32), target + (part * 32));
            }
        }
    }
}
