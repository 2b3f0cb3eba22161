using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Residency.Pages;

/// <summary>Sorts keys that are all different. A page's worth of them, or a few, are counted into place: nothing branches on what the keys are.</summary>
internal static unsafe class KeySort
{
    private const int MostCounted = 64;
    private const int Lanes = 8;

    /// <summary>Sorts ascending.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(Span<ulong> keys)
    {
        int count = keys.Length;
        if (count > MostCounted)
        {
            keys.Sort();
            return;
        }

        // Room after the last key counts nothing: no key is larger than what stands there.
        ulong* padded = stackalloc ulong[MostCounted];
        int whole = (count + Lanes - 1) / Lanes * Lanes;
        keys.CopyTo(new Span<ulong>(padded, count));
        new Span<ulong>(padded + count, whole - count).Fill(ulong.MaxValue);
        for (int i = 0; i < count; i++)
        {
            var own = Vector512.Create(padded[i]);
            Vector512<ulong> smaller = default;
            for (int first = 0; first < whole; first += Lanes)
            {
                smaller -= Vector512.LessThan(Vector512.Load(padded + first), own);
            }

            keys[(int)Vector512.Sum(smaller)] = padded[i];
        }
    }
}
