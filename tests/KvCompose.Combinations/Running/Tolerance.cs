using KvCompose.Combinations.Catalogue;

namespace KvCompose.Combinations.Running;

/// <summary>How far logits may be from those of double precision.</summary>
internal static class Tolerance
{
    /// <summary>Of single precision.</summary>
    public const double Exact = 2e-4;

    /// <summary>Of decoding over what a combination stores.</summary>
    public static double Of(Combination combination) => combination[StageSlot.Storage] switch
    {
        // What is left of pruned keys is exact.
        null or { Facts.Lossy: false } or { Facts: StorageFactsAttribute { PrunesKeyChannels: true, ElementBits: 32 } } => Exact,
        { Facts: StorageFactsAttribute { ElementBits: >= 16 } } => 5e-3,

        // A key between two codes may take the other one in double precision.
        { Facts: StorageFactsAttribute { ElementBits: 8 } } => 2e-2,
        _ => 0.1,
    };
}
