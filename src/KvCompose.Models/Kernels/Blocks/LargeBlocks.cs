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
internal readonly unsafe struct Q4_K : IStoredNumbers
{
    public static int BlockValues => 256;

    public static int BlockBytes => 144;

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

    /// <summary>Scale and minimum of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int Scale, int Minimum) Scales(byte* packed, int part) => part < 4
        ? (packed[part] & 63, packed[part + 4] & 63)
        : ((packed[part + 4] & 15) | (packed[part - 4] >> 6 << 4), (packed[part + 4] >> 4) | (packed[part] >> 6 << 4));
}

/// <summary>As <see cref="Q4_K"/>, with 32 bytes before the nibbles of which bit k is bit 4 of the numbers of part k.</summary>
internal readonly unsafe struct Q5_K : IStoredNumbers
{
    public static int BlockValues => 256;

    public static int BlockBytes => 176;

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
internal readonly unsafe struct Q6_K : IStoredNumbers
{
    public static int BlockValues => 256;

    public static int BlockBytes => 210;

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
