using KvCompose.Cache;

namespace KvCompose.Residency.Pages;

/// <summary>A key-value head of a layer that a step is in.</summary>
/// <param name="Paged">What the tier knows of it.</param>
/// <param name="Cache">The cache of its sequence.</param>
/// <param name="Sequence">The sequence.</param>
/// <param name="Row">The sequence's row in the step.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Head">The key-value head.</param>
internal readonly unsafe record struct PagedHeadRef(PagedHead Paged, SequenceCache Cache, int Sequence, int Row, int Layer, int Head)
{
    /// <summary>Its page table.</summary>
    public PageTable* Table => Cache.Layer(Layer) + Head;
}
