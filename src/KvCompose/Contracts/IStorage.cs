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
}
