namespace KvCompose.Reference.Presses.Selecting;

/// <summary>Another press with a share of its own in every layer.</summary>
/// <param name="Inner">The other press.</param>
/// <param name="Removed">[L], share removed of each layer.</param>
public sealed record LayeredPress(IPress Inner, double[] Removed) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed) => Inner.Compress(layer, Removed[layer.Index]);
}
