using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Blocks;

/// <summary>
/// 32 numbers: an exponent e of a byte, then nibbles as <see cref="Q4_0"/> that index the 4-bit floats of the OCP Microscaling
/// Formats specification 1.0. Levels are twice those floats, so that the scale is 2^(e − 128).
/// </summary>
internal readonly unsafe struct MXFP4 : ICodeBlocks
{
    public static int BlockValues => 32;

    public static int BlockBytes => 17;

    public static bool HasHalves => false;

    public static bool HasMinima => false;

    public static bool HasLevels => true;

    public static Vector512<float> Levels => Vector512.ConvertToSingle(BlockMath.Integers(LevelBytes));

    private static Vector128<sbyte> LevelBytes => Vector128.Create(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scales(byte* group, int parts, float* scales)
    {
        for (int part = 0; part < 8; part++)
        {
            scales[part] = part < parts ? Scale(group[part * 17]) : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Minima(byte* group, int parts, float* minima) => Vector256<float>.Zero.Store(minima);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Codes(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 34) + (which * 17);
        return Vector128.Shuffle(LevelBytes, BlockMath.Nibbles(block + 1, half).AsSByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Quarter(byte* group, nint pair, int which, int quarter)
        => BlockMath.Integers(Codes(group, pair, which, quarter / 2), quarter % 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Half(byte* group, nint pair, int which, int half)
    {
        byte* block = group + (pair * 34) + (which * 17);
        return BlockMath.NibblesBelow(block + 1, half);
    }

    public static void Decode(byte* source, int values, float* target)
    {
        for (; values > 0; values -= 32, source += 17, target += 32)
        {
            float scale = Scale(*source);
            Vector128<byte> codes = Vector128.Load(source + 1);
            BlockMath.Scale(Vector128.Shuffle(LevelBytes, BlockMath.LowNibbles(codes).AsSByte()), scale, target);
            BlockMath.Scale(Vector128.Shuffle(LevelBytes, BlockMath.HighNibbles(codes).AsSByte()), scale, target + 16);
        }
    }

    /// <summary>2^(e − 128), exactly: the two smallest are subnormal. 255 stands for no number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Scale(byte exponent)
        => exponent == 255 ? float.NaN : BitConverter.Int32BitsToSingle(exponent < 2 ? 0x0020_0000 << exponent : (exponent - 1) << 23);
}
