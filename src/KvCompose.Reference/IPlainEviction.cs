namespace KvCompose.Reference;

/// <summary>Decides during a decode step of <see cref="PlainTransformer"/> what a head goes on holding.</summary>
public interface IPlainEviction
{
    /// <summary>Called for every key-value head after a layer's attention.</summary>
    /// <param name="layer">0-based.</param>
    /// <param name="head">The key-value head, 0-based.</param>
    /// <param name="positions">Positions of the tokens that the head holds in storage order, the step's token last.</param>
    /// <param name="probabilities">[G][tokens], the step's attention.</param>
    /// <returns>Indices of the tokens that stay, in their new storage order.</returns>
    int[] Survivors(int layer, int head, int[] positions, double[][] probabilities);
}
