using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Models.Kernels.Products;

/// <summary>Sums over the lanes of a vector, halved until one is left.</summary>
internal static class LaneSums
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> lanes) => Sum(lanes.GetLower() + lanes.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> lanes) => Sum(lanes.GetLower() + lanes.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> lanes) => Vector128.Sum(lanes);
}
