namespace KvCompose.Reference;

/// <summary>Decides during a decode step of <see cref="PlainTransformer"/> what a head attends to; everything stays cached.</summary>
public interface IPlainRetrieval
{
    /// <summary>Called for every key-value head before a layer's attention.</summary>
    /// <param name="layer">0-based.</param>
    /// <param name="head">The key-value head, 0-based.</param>
    /// <param name="positions">Positions of the tokens that the head has cached, in storage order, the step's token last.</param>
    /// <param name="keys">[tokens][d], rotated.</param>
    /// <param name="queries">[G, d], rotated, of the head's group.</param>
    /// <returns>Indices of the tokens that take part.</returns>
    int[] Attended(int layer, int head, int[] positions, double[][] keys, ReadOnlySpan<double> queries);
}
