using KvCompose.Combinations.Catalogue;
using KvCompose.Reference;

namespace KvCompose.Combinations.Oracle;

/// <summary>What is left of elements stored as IEEE halves.</summary>
internal sealed class PlainHalf : IPlainStorage
{
    /// <inheritdoc/>
    public double[] Read(double[] stored) => [.. stored.Select(static element => (double)(Half)Math.Clamp((float)element, -65504f, 65504f))];

    /// <summary>The plain storage of a combination: halves where its storage says 16 bits, else exact.</summary>
    public static IPlainStorage? Of(Combination combination)
        => combination[StageSlot.Storage] is { Facts: StorageFactsAttribute { Lossy: true, ElementBits: 16 } } ? new PlainHalf() : null;
}
