namespace KvCompose.Residency;

/// <summary>
/// A tier that also takes what layers lose when they are done already: a layer budget that revises earlier layers can stand beside it.
/// <see cref="TierContext.Cascades"/> says that there is one.
/// </summary>
public interface ICascadeTier : IRetrievalTier
{
    /// <summary>
    /// Called while a prompt is processed, before a head of a layer whose tokens were placed already shrinks to its first
    /// <paramref name="tokens"/> slots: what stands after them can still be read.
    /// </summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="head">The key-value head.</param>
    /// <param name="tokens">Slots that stay; at most what the head holds.</param>
    void OnShrink(int sequence, int layer, int head, int tokens);
}
