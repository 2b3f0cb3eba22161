using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KvCompose.Runtime;

/// <summary>Elements of a storage in vectors of 256 and 128 bits. Emitted loops read through it, so that a storage may leave these widths to the contract.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class StoredVectors
{
    /// <summary>Reads elements <paramref name="index"/> … <paramref name="index"/> + 7; the index is a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256<TStorage>(byte* block, nint index)
        where TStorage : unmanaged, IStorage<TStorage>
        => TStorage.Load256(block, index);

    /// <summary>Reads elements <paramref name="index"/> … <paramref name="index"/> + 3; the index is a multiple of 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128<TStorage>(byte* block, nint index)
        where TStorage : unmanaged, IStorage<TStorage>
        => TStorage.Load128(block, index);
}
