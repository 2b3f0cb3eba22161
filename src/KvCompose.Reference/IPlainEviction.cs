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

    /// <summary>The same with what the whole layer knows, for evictions that look at it.</summary>
    /// <param name="head">The head.</param>
    int[] Survivors(PlainHead head) => Survivors(head.Layer, head.Head, head.Positions, head.Probabilities);
}

/// <summary>A key-value head after a decode step's attention.</summary>
/// <param name="Layer">0-based.</param>
/// <param name="Head">The key-value head, 0-based.</param>
/// <param name="Positions">Positions of the tokens that the head holds in storage order, the step's token last.</param>
/// <param name="Probabilities">[G][tokens], the step's attention.</param>
/// <param name="LayerProbabilities">[Hq][tokens], that of all query heads of the layer.</param>
/// <param name="Keys">[tokens][d], the keys as stored.</param>
public sealed record PlainHead(int Layer, int Head, int[] Positions, double[][] Probabilities, double[][] LayerProbabilities, double[][] Keys);
