namespace KvCompose.Reference;

/// <summary>Decides during the prefill of <see cref="PlainTransformer"/> what is cached and what goes on.</summary>
public interface IPlainSelector
{
    /// <summary>Called once a layer, in order.</summary>
    /// <param name="layer">0-based.</param>
    /// <param name="positions">Original positions of the tokens that reached the layer.</param>
    /// <param name="queries">[Hq, n_l, d], rotated.</param>
    /// <param name="keys">[Hkv, n_l, d], rotated.</param>
    PlainChoice Choose(int layer, int[] positions, float[] queries, float[] keys);
}

/// <summary>What one layer caches and hands on, as indices among the tokens that reached it.</summary>
/// <param name="Kept">[Hkv] cached tokens; null caches all.</param>
/// <param name="Propagated">Tokens that go on, ascending; null hands on all.</param>
public sealed record PlainChoice(int[][]? Kept, int[]? Propagated);
