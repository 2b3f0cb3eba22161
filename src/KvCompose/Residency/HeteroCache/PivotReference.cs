namespace KvCompose.Residency.HeteroCache;

/// <summary>A pivot's reference set, as the prompt leaves it.</summary>
/// <param name="Head">The key-value head.</param>
/// <param name="Mask">The set R, as bits over the rows of the prompt.</param>
/// <param name="Tokens">K, its size.</param>
internal sealed record PivotReference(int Head, ulong[] Mask, int Tokens);
