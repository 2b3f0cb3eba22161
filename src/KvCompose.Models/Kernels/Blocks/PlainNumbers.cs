using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>Floats as they are.</summary>
internal readonly unsafe struct F32 : IStoredNumbers
{
    public static int BlockValues => 1;

    public static int BlockBytes => 4;

    public static void Decode(byte* source, int values, float* target)
        => new ReadOnlySpan<byte>(source, values * sizeof(float)).CopyTo(new Span<byte>(target, values * sizeof(float)));
}

/// <summary>IEEE half precision. Products take every number as finite: infinities and NaN count as numbers above 65504.</summary>
internal readonly unsafe struct F16 : IWideNumbers
{
    public static int BlockValues => 1;

    public static int BlockBytes => 2;

    public static void Decode(byte* source, int values, float* target)
        => TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(source, values), new Span<float>(target, values));

    public static float Load(byte* source) => BlockMath.Finite(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* source)
    {
        Vector128<int> halves = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(source)).AsInt16());
        return ((halves << 13) & Vector128.Create(BlockMath.HalfMask)).AsSingle() * Vector128.Create(BlockMath.Rebias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => BlockMath.Finite(Vector128.Load((short*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source)
    {
        Vector512<int> halves = Vector512.WidenLower(Vector256.Load((short*)source).ToVector512Unsafe());
        return ((halves << 13) & Vector512.Create(BlockMath.HalfMask)).AsSingle() * Vector512.Create(BlockMath.Rebias);
    }
}

/// <summary>The upper half of a float.</summary>
internal readonly unsafe struct BF16 : IWideNumbers
{
    public static int BlockValues => 1;

    public static int BlockBytes => 2;

    public static void Decode(byte* source, int values, float* target)
    {
        var halves = (ushort*)source;
        int i = 0;
        for (; i <= values - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            Vector256<ushort> packed = Vector256.Load(halves + i);
            (Vector256.WidenLower(packed) << 16).AsSingle().Store(target + i);
            (Vector256.WidenUpper(packed) << 16).AsSingle().Store(target + i + Vector256<uint>.Count);
        }

        for (; i < values; i++)
        {
            target[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        }
    }
    public static float Load(byte* source) => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(byte* source)
        => (Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(source)).AsUInt16()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source)
        => (Vector256.WidenLower(Vector128.Load((ushort*)source).ToVector256Unsafe()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source)
        => (Vector512.WidenLower(Vector256.Load((ushort*)source).ToVector512Unsafe()) << 16).AsSingle();
}
