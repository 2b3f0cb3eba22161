using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>What the decoders share: small integers widened to floats, scaled and stored.</summary>
internal static unsafe class BlockMath
{
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

    private static Vector256<int> Widen(Vector128<short> numbers)
        => Vector256.Create(Vector128.WidenLower(numbers), Vector128.WidenUpper(numbers));
}
