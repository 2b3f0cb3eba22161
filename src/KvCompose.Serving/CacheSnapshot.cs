namespace KvCompose.Serving;

/// <summary>What the cache holds of a request that is answered.</summary>
/// <param name="Tokens">All tokens that its sequence has seen.</param>
/// <param name="Layer">The layer that was asked for.</param>
/// <param name="HeldBy">By token: how many key-value heads of that layer hold it.</param>
/// <param name="TokensPerHead">[layers][heads]: tokens that a head holds.</param>
/// <param name="BytesHeld">Bytes of pages that all sequences of its pipeline hold.</param>
/// <param name="Retrieved">Tokens that all sequences of its pipeline have brought back from a tier, over layers and heads.</param>
public sealed record CacheSnapshot(
    IReadOnlyList<int> Tokens, int Layer, IReadOnlyList<int> HeldBy, IReadOnlyList<IReadOnlyList<int>> TokensPerHead, long BytesHeld,
        long Retrieved);
