using KvCompose.Residency;

namespace KvCompose;

/// <summary>
/// Slot, as <see cref="IResidency{TSelf}"/>: where the tokens live that a head does not keep, and how they come back while decoding. The stage opens one
/// tier a session; emitted code calls the tier's members directly, by its type.
/// </summary>
/// <typeparam name="TSelf">The stage: an unmanaged struct whose properties are its options.</typeparam>
/// <typeparam name="TTier">The tier: a sealed class.</typeparam>
public interface IRetrieval<TSelf, TTier>
    where TSelf : unmanaged, IRetrieval<TSelf, TTier>
    where TTier : class, IRetrievalTier
{
    /// <summary>Called once when a session opens.</summary>
    static abstract TTier Open(in TSelf options, in TierContext context);
}
