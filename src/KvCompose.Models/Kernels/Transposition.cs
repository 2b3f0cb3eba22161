using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels;

/// <summary>Turns eight decoded rows into eight neighbouring columns of a panel.</summary>
internal static unsafe class Transposition
{
    private const int Step = TileProduct.DepthBlock; // Between rows.
    private const int Width = TileProduct.Columns; // Between rows of the panel.

    /// <summary>Transposes eight rows, 256 floats apart, into columns of rows of 32.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* rows, int depth, float* target)
    {
        int k = 0;
        for (; k <= depth - 8; k += 8)
        {
            if (Avx.IsSupported)
            {
                Eight(rows + k, target + (k * Width));
            }
            else
            {
                Four(rows + k, target + (k * Width));
                Four(rows + k + 4, target + ((k + 4) * Width));
                Four(rows + k + (4 * Step), target + (k * Width) + 4);
                Four(rows + k + (4 * Step) + 4, target + ((k + 4) * Width) + 4);
            }
        }

        for (; k < depth; k++)
        {
            for (int row = 0; row < 8; row++)
            {
                target[(k * Width) + row] = rows[(row * Step) + k];
            }
        }
    }

    /// <summary>8 × 8 in 256-bit vectors: pairs, then fours, then eights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(float* source, float* target)
    {
        Vector256<float> a = Vector256.Load(source), b = Vector256.Load(source + Step);
        Vector256<float> c = Vector256.Load(source + (2 * Step)), d = Vector256.Load(source + (3 * Step));
        Vector256<float> e = Vector256.Load(source + (4 * Step)), f = Vector256.Load(source + (5 * Step));
        Vector256<float> g = Vector256.Load(source + (6 * Step)), h = Vector256.Load(source + (7 * Step));
        Vector256<float> ab0 = Avx.UnpackLow(a, b), ab1 = Avx.UnpackHigh(a, b), cd0 = Avx.UnpackLow(c, d), cd1 = Avx.UnpackHigh(c, d);
        Vector256<float> ef0 = Avx.UnpackLow(e, f), ef1 = Avx.UnpackHigh(e, f), gh0 = Avx.UnpackLow(g, h), gh1 = Avx.UnpackHigh(g, h);
        const byte Low = 0x44, High = 0xEE; // The lower two of both, the upper two of both.
        Vector256<float> ad0 = Avx.Shuffle(ab0, cd0, Low), ad1 = Avx.Shuffle(ab0, cd0, High);
        Vector256<float> ad2 = Avx.Shuffle(ab1, cd1, Low), ad3 = Avx.Shuffle(ab1, cd1, High);
        Vector256<float> eh0 = Avx.Shuffle(ef0, gh0, Low), eh1 = Avx.Shuffle(ef0, gh0, High);
        Vector256<float> eh2 = Avx.Shuffle(ef1, gh1, Low), eh3 = Avx.Shuffle(ef1, gh1, High);
        Avx.Permute2x128(ad0, eh0, 0x20).Store(target);
        Avx.Permute2x128(ad1, eh1, 0x20).Store(target + Width);
        Avx.Permute2x128(ad2, eh2, 0x20).Store(target + (2 * Width));
        Avx.Permute2x128(ad3, eh3, 0x20).Store(target + (3 * Width));
        Avx.Permute2x128(ad0, eh0, 0x31).Store(target + (4 * Width));
        Avx.Permute2x128(ad1, eh1, 0x31).Store(target + (5 * Width));
        Avx.Permute2x128(ad2, eh2, 0x31).Store(target + (6 * Width));
        Avx.Permute2x128(ad3, eh3, 0x31).Store(target + (7 * Width));
    }

    /// <summary>4 × 4 in 128-bit vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(float* source, float* target)
    {
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + Step);
        Vector128<float> c = Vector128.Load(source + (2 * Step)), d = Vector128.Load(source + (3 * Step));
        Vector128<float> ab0 = ZipLow(a, b), ab1 = ZipHigh(a, b), cd0 = ZipLow(c, d), cd1 = ZipHigh(c, d);
        Vector128.Create(ab0.GetLower(), cd0.GetLower()).Store(target);
        Vector128.Create(ab0.GetUpper(), cd0.GetUpper()).Store(target + Width);
        Vector128.Create(ab1.GetLower(), cd1.GetLower()).Store(target + (2 * Width));
        Vector128.Create(ab1.GetUpper(), cd1.GetUpper()).Store(target + (3 * Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackLow(a, b)
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackHigh(a, b)
            : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);
}
