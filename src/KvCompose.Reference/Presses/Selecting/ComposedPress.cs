namespace KvCompose.Reference.Presses.Selecting;

/// <summary>
/// One press after the other; a later one sees what the earlier ones left, in the order of the cache, and all rows of the pass.
/// </summary>
/// <param name="Steps">The presses and the share that each removes.</param>
public sealed record ComposedPress(IReadOnlyList<(IPress Press, double Removed)> Steps) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int[][] kept = [.. layer.Keys.Select(head => Enumerable.Range(0, head.Length).ToArray())];
        foreach ((IPress press, double share) in Steps)
        {
            PressOutcome outcome = press.Compress(layer, share);
            kept = [.. outcome.Kept.Select((rows, head) => rows.Select(row => kept[head][row]).ToArray())];
            layer = layer with { Keys = outcome.Keys, Values = outcome.Values };
        }

        return new PressOutcome(kept, layer.Keys, layer.Values);
    }
}
