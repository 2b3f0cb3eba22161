using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>What the decoders share: small integers widened to floats, scaled and stored.</summary>
internal static unsafe class BlockMath
{
    /// <summary>2¹¹²: the distance between the exponent biases of single and half precision.</summary>
    public const float Rebias = 5.192296858534828e33f;

    /// <summary>Where the bits of a half stand that was shifted up by 13.</summary>
    public const int HalfMask = unchecked((int)0x8FFFE000);

    /// <summary>A half-precision number of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Half(byte* source) => (float)Unsafe.ReadUnaligned<Half>(source);

    /// <summary>target[i] = scale · codes[i], 16 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> codes, float scale, float* target)
    {
        Vector256<float> factor = Vector256.Create(scale);
        Vector256<int> low, high;
        if (Avx2.IsSupported)
        {
            low = Avx2.ConvertToVector256Int32(codes);
            high = Avx2.ConvertToVector256Int32(Vector128.Create(codes.AsInt64()[1], 0).AsSByte());
        }
        else
        {
            (low, high) = (Widen(Vector128.WidenLower(codes)), Widen(Vector128.WidenUpper(codes)));
        }

        (Vector256.ConvertToSingle(low) * factor).Store(target);
        (Vector256.ConvertToSingle(high) * factor).Store(target + 8);
    }

    /// <summary>target[i] = scale · codes[i] + offset, 16 numbers. The products are exact, so that the sum rounds once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScaleAndAdd(Vector128<byte> codes, float scale, float offset, float* target)
    {
        Vector256<float> factor = Vector256.Create(scale), addend = Vector256.Create(offset);
        Vector256<int> low, high;
        if (Avx2.IsSupported)
        {
            low = Avx2.ConvertToVector256Int32(codes);
            high = Avx2.ConvertToVector256Int32(Vector128.Create(codes.AsUInt64()[1], 0).AsByte());
        }
        else
        {
            (low, high) = (Widen(Vector128.WidenLower(codes).AsInt16()), Widen(Vector128.WidenUpper(codes).AsInt16()));
        }

        ((Vector256.ConvertToSingle(low) * factor) + addend).Store(target);
        ((Vector256.ConvertToSingle(high) * factor) + addend).Store(target + 8);
    }

    /// <summary>The lower four bits of every byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LowNibbles(Vector128<byte> bytes) => bytes & Vector128.Create((byte)15);

    /// <summary>The upper four bits of every byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> HighNibbles(Vector128<byte> bytes)
        => Vector128.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & Vector128.Create((byte)15);

    /// <summary>Two bits of every byte, from bit <paramref name="shift"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Pairs(Vector128<byte> bytes, int shift)
        => Vector128.ShiftRightLogical(bytes.AsUInt16(), shift).AsByte() & Vector128.Create((byte)3);

    /// <summary><paramref name="value"/> where the bit is set in the byte, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> WhereSet(Vector128<byte> bytes, int bit, byte value)
    {
        Vector128<byte> mask = Vector128.Create((byte)(1 << bit));
        return Vector128.Equals(bytes & mask, mask) & Vector128.Create(value);
    }

    /// <summary>16 where bit i of the 16 bits is set, else 0, as byte i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> FifthBits(ushort bits)
    {
        Vector128<byte> masks = Vector128.Create(0x8040201008040201UL).AsByte();
        Vector128<byte> spread = Vector128.Create(
            Vector64.Create((byte)bits), Vector64.Create((byte)(bits >> 8)));
        return Vector128.Equals(spread & masks, masks) & Vector128.Create((byte)16);
    }

    /// <summary>
    /// Eight finite half-precision numbers: sign and the 15 other bits move to where single precision has them, the product sets the
    /// exponent right.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finite(Vector128<short> halves) => Finite(Widen(halves));

    /// <summary>Eight numbers that stand in the lower halves of lanes, the sign extended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finite(Vector256<int> halves)
        => ((halves << 13) & Vector256.Create(HalfMask)).AsSingle() * Vector256.Create(Rebias);

    /// <summary>One finite half-precision number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Finite(byte* source)
        => BitConverter.Int32BitsToSingle((Unsafe.ReadUnaligned<short>(source) << 13) & HalfMask) * Rebias;

    /// <summary>The half-precision numbers that begin so many bytes apart, and 0 behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Finite(byte* source, int step, int count)
    {
        if (count == Vector256<float>.Count)
        {
            return Finite(Vector128.Create(
                At(source, 0), At(source, step), At(source, 2 * step), At(source, 3 * step),
                At(source, 4 * step), At(source, 5 * step), At(source, 6 * step), At(source, 7 * step)));
        }

        Vector128<short> halves = default;
        for (int i = 0; i < count; i++)
        {
            halves = halves.WithElement(i, At(source, i * step));
        }

        return Finite(halves);
    }

    /// <summary>The low nibbles of 16 bytes, or the high ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Nibbles(byte* source, int high)
    {
        Vector128<byte> bytes = Vector128.Load(source);
        return high == 0 ? LowNibbles(bytes) : HighNibbles(bytes);
    }

    /// <summary>The low nibbles of 8 bytes, or the high ones, as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> NibbleIntegers(byte* source, int high)
    {
        Vector256<int> bytes = Integers(source);
        return high == 0 ? bytes & Vector256.Create(15) : bytes >>> 4;
    }

    /// <summary>16 bytes as integers, shifted so that the low nibbles, or the high ones, stand in the lowest four bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> NibblesBelow(byte* source, int high)
    {
        Vector512<int> bytes = Integers(Vector128.Load(source));
        return high == 0 ? bytes : bytes >>> 4;
    }

    /// <summary>Eight bytes as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Integers(byte* source)
        => Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(source)
            : Widen(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(source)).AsByte()).AsInt16());

    /// <summary>Eight signed bytes as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Integers(sbyte* source)
        => Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(source)
            : Widen(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(source)).AsSByte()));

    /// <summary>The lower eight of 16 signed bytes as integers, or the upper eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Integers(Vector128<sbyte> bytes, int upper)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.ConvertToVector256Int32(upper == 0 ? bytes : Sse2.ShiftRightLogical128BitLane(bytes, 8));
        }

        return Widen(upper == 0 ? Vector128.WidenLower(bytes) : Vector128.WidenUpper(bytes));
    }

    /// <summary>16 signed bytes as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Integers(Vector128<sbyte> bytes)
        => Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(bytes)
            : Vector512.Create(Widen(Vector128.WidenLower(bytes)), Widen(Vector128.WidenUpper(bytes)));

    /// <summary>16 bytes as integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Integers(Vector128<byte> bytes)
        => Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(bytes)
            : Vector512.Create(Widen(Vector128.WidenLower(bytes).AsInt16()), Widen(Vector128.WidenUpper(bytes).AsInt16()));

    /// <summary>The numbers 0 to 15, plus an offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Nibbles(float offset)
        => Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) + Vector512.Create(offset);

    private static short At(byte* source, int offset) => Unsafe.ReadUnaligned<short>(source + offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(Vector128<short> numbers) => Vector256.WidenLower(numbers.ToVector256Unsafe());
}
