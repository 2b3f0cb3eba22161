namespace KvCompose.Reference.Presses.Selecting;

/// <summary>Keys of what another press keeps, turned to the positions 0, 1, … in their old order; decoding goes on after them.</summary>
/// <param name="Inner">The other press.</param>
public sealed record RerotatedPress(IPress Inner) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int[][] kept = [.. Inner.Compress(layer, removed).Kept.Select(rows => rows.Order().ToArray())];
        PressOutcome ascending = PressOutcome.Of(layer, kept);
        return ascending with
        {
            Keys = [.. ascending.Keys
                .Select((head, h) => head.Select((key, rank) => layer.Rotary.Rotate(key, rank - kept[h][rank])).ToArray())],
            Renumbered = true,
        };
    }
}
