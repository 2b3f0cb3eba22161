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

    /// <summary>The same with the values, for selectors that look at them.</summary>
    /// <param name="rows">The layer.</param>
    PlainChoice Choose(PlainRows rows) => Choose(rows.Layer, rows.Positions, rows.Queries, rows.Keys);
}

/// <summary>What the tokens that reached a layer are projected to.</summary>
/// <param name="Layer">0-based.</param>
/// <param name="Positions">Original positions of the tokens.</param>
/// <param name="Queries">[Hq, n_l, d], rotated.</param>
/// <param name="Keys">[Hkv, n_l, d], rotated.</param>
/// <param name="Values">[Hkv, n_l, d].</param>
public sealed record PlainRows(int Layer, int[] Positions, float[] Queries, float[] Keys, float[] Values)
{
    /// <summary>W_O of the layer, [D, Hq·d].</summary>
    public double[] OutputProjection { get; init; } = [];
}

/// <summary>What one layer caches and hands on, as indices among the tokens that reached it.</summary>
/// <param name="Kept">[Hkv] cached tokens; null caches all.</param>
/// <param name="Propagated">Tokens that go on, ascending; null hands on all.</param>
public sealed record PlainChoice(int[][]? Kept, int[]? Propagated);
