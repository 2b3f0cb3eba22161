using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace KvCompose.Models.Kernels.Products;

/// <summary>
/// Products of 16-bit integers, summed in pairs to 32 bits: neighbours, or lanes that are half a vector apart where the processor
/// does so. Sums over a vector are the same.
/// </summary>
internal static class WordProducts
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Pairs(Vector512<short> a, Vector512<short> b)
        => Avx512BW.IsSupported
            ? Avx512BW.MultiplyAddAdjacent(a, b)
            : Vector512.Create(Pairs(a.GetLower(), b.GetLower()), Pairs(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Pairs(Vector256<short> a, Vector256<short> b)
        => Avx2.IsSupported
            ? Avx2.MultiplyAddAdjacent(a, b)
            : Vector256.Create(Pairs(a.GetLower(), b.GetLower()), Pairs(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Pairs(Vector128<short> a, Vector128<short> b)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(a, b);
        }

        if (AdvSimd.IsSupported)
        {
            return AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower()), a, b);
        }

        return (Vector128.WidenLower(a) * Vector128.WidenLower(b)) + (Vector128.WidenUpper(a) * Vector128.WidenUpper(b));
    }
}
