using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KvCompose.Numerics;

/// <summary>Floats in IEEE half precision. Values beyond ±65504 are clamped when written, so that reading needs no case for infinities.</summary>
internal static unsafe class HalfElements
{
    /// <summary>2¹¹²: the distance between the exponent biases of single and half precision.</summary>
    private const float Rebias = 5.192296858534828e33f;

    /// <summary>Writes one element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* block, nint index, float value)
        => ((Half*)block)[index] = (Half)Math.Clamp(value, -65504f, 65504f);

    /// <summary>Reads sixteen elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* block, nint index)
    {
        // Sign and the 15 other bits move to where single precision has them; the product sets the exponent right.
        Vector256<short> halves = Vector256.Load((short*)block + index);
        Vector512<int> wide = Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves));
        Vector512<int> bits = (wide << 13) & Vector512.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector512.Create(Rebias);
    }

    /// <summary>Reads eight elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* block, nint index)
    {
        Vector128<short> halves = Vector128.Load((short*)block + index);
        Vector256<int> wide = Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(halves)
            : Vector256.Create(Vector128.WidenLower(halves), Vector128.WidenUpper(halves));
        return ((wide << 13) & Vector256.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector256.Create(Rebias);
    }

    /// <summary>Reads four elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* block, nint index)
    {
        Vector128<int> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)(block + (index * 2))).AsInt16());
        return ((wide << 13) & Vector128.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector128.Create(Rebias);
    }
}
