using System.Runtime.Intrinsics;

namespace KvCompose;

/// <summary>
/// Slot: how the elements of keys and values are stored. Elements are written one by one and read sixteen at a time, inside
/// the attention loop. Where the facts say <see cref="StorageFactsAttribute.Quantised"/>, elements are codes, whole numbers from 0 to
/// 2^bits − 1: the pipeline quantises a page when it is full and keeps the newest tokens as they come until then.
/// </summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
public unsafe interface IStorage<TSelf>
    where TSelf : unmanaged, IStorage<TSelf>
{
    /// <summary>The host page format with the same bytes: pages of that format are copied as they are. Null where there is none.</summary>
    static virtual HostPageFormat? HostFormat => null;

    /// <summary>Writes <paramref name="value"/> as element <paramref name="index"/> of a page's key or value block.</summary>
    static abstract void Store(byte* block, nint index, float value);

    /// <summary>Reads elements <paramref name="index"/> … <paramref name="index"/> + 15; the index is a multiple of 16.</summary>
    static abstract Vector512<float> Load(byte* block, nint index);

    /// <summary>
    /// Reads elements <paramref name="index"/> … <paramref name="index"/> + 7; the index is a multiple of 8. Half of what <see cref="Load"/> gives unless a
    /// storage has something faster; loops use it where registers hold 256 bits.
    /// </summary>
    static virtual Vector256<float> Load256(byte* block, nint index)
    {
        Vector512<float> sixteen = TSelf.Load(block, index & ~15);
        return (index & 8) == 0 ? sixteen.GetLower() : sixteen.GetUpper();
    }

    /// <summary>
    /// Reads elements <paramref name="index"/> … <paramref name="index"/> + 3; the index is a multiple of 4. Half of what <see cref="Load256"/> gives unless a
    /// storage has something faster; loops use it where registers hold 128 bits.
    /// </summary>
    static virtual Vector128<float> Load128(byte* block, nint index)
    {
        Vector256<float> eight = TSelf.Load256(block, index & ~7);
        return (index & 4) == 0 ? eight.GetLower() : eight.GetUpper();
    }
}
