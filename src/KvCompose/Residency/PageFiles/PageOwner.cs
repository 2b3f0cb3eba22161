namespace KvCompose.Residency.PageFiles;

/// <summary>Whose pages an index holds, so that a page file can say so.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Layer">The layer, 0-based.</param>
/// <param name="Head">The key-value head.</param>
public readonly record struct PageOwner(int Sequence, int Layer, int Head);
