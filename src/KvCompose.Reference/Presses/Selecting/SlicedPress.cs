namespace KvCompose.Reference.Presses.Selecting;

/// <summary>Slices of consecutive rows, each scored and cut on its own.</summary>
/// <param name="Scorer">The scorer; its queries are rotated with the last positions of the whole prompt, as published.</param>
/// <param name="Length">c, rows of a slice.</param>
public sealed record SlicedPress(IPressScorer Scorer, int Length = 1024) : IPress, IPressScorer
{
    /// <summary>Scores of all slices, side by side.</summary>
    public double[][] Score(PressLayer layer, double removed)
    {
        double[][][] slices = [.. Slices(layer).Select(slice => Scorer.Score(layer.Slice(slice.First, slice.Count), removed))];
        return [.. layer.Keys.Select((_, head) => slices.SelectMany(slice => slice[head]).ToArray())];
    }

    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        double[][] scores = Score(layer, removed);
        return PressOutcome.Of(layer, [.. scores.Select(head => Slices(layer).SelectMany(slice => Ranking
            .Top(head.AsSpan(slice.First, slice.Count), KeptCount.Of(slice.Count, removed)).Select(row => slice.First + row)).ToArray())]);
    }

    private IEnumerable<(int First, int Count)> Slices(PressLayer layer)
    {
        for (int first = 0; first < layer.Rows; first += Length)
        {
            yield return (first, Math.Min(Length, layer.Rows - first));
        }
    }
}
