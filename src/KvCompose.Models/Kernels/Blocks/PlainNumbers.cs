using System.Numerics.Tensors;
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

/// <summary>IEEE half precision.</summary>
internal readonly unsafe struct F16 : IStoredNumbers
{
    public static int BlockValues => 1;

    public static int BlockBytes => 2;

    public static void Decode(byte* source, int values, float* target)
        => TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(source, values), new Span<float>(target, values));
}

/// <summary>The upper half of a float.</summary>
internal readonly unsafe struct BF16 : IStoredNumbers
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
}
