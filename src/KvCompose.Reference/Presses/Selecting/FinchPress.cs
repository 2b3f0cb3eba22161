using KvCompose.Reference.Presses.Scoring;

namespace KvCompose.Reference.Presses.Selecting;

/// <summary>Finch's choice: over the whole prompt, or so many rows of every slice of it.</summary>
/// <param name="Scorer">Finch's scores.</param>
/// <param name="Slice">Rows of a slice; null chooses over the whole prompt.</param>
public sealed record FinchPress(FinchScore Scorer, int? Slice = null) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int length = Slice ?? layer.Rows;
        return PressOutcome.Of(layer, [.. Scorer.Score(layer, removed).Select(head => head.Chunk(length)
            .SelectMany((slice, index) => Ranking.Top(slice, KeptCount.Of(slice.Length, removed)).Select(row => index * length + row))
            .ToArray())]);
    }
}
