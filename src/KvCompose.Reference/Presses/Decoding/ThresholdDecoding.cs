using KvCompose.Reference.Presses.Selecting;

namespace KvCompose.Reference.Presses.Decoding;

/// <summary>
/// <see cref="ThresholdPress"/> that goes on while decoding: a new row is scored alone, and judged when the window has passed it.
/// </summary>
public sealed class ThresholdDecoding(ThresholdPress press)
{
    /// <summary>[H], scores by position.</summary>
    private double[][] _scores = [];

    /// <summary>The prompt's pass: scores all rows; returns the rows that stay.</summary>
    public PressOutcome Prompt(PressLayer layer)
    {
        _scores = press.Scorer.Score(layer, 0);
        return press.Compress(layer, 0);
    }

    /// <summary>One step: scores its row, and returns the rows that stay of those that the cache holds.</summary>
    /// <param name="layer">The layer after the step's attention.</param>
    /// <param name="positions">[H], positions of the cached rows.</param>
    public int[][] Step(PressLayer layer, int[][] positions)
    {
        PressLayer alone = layer with
        {
            Keys = [.. layer.Keys.Select(head => head[^1..])],
            Values = [.. layer.Values.Select(head => head[^1..])]
        };
        double[][] added = press.Scorer.Score(alone, 0);
        _scores = [.. _scores.Zip(added, (head, score) => (double[])[.. head, score[0]])];
        int judged = layer.QueryPositions[0] - press.Window;
        return [.. positions.Select((head, h) => Enumerable.Range(0, head.Length)
            .Where(row => head[row] > judged || _scores[h][head[row]] >= press.Threshold).ToArray())];
    }
}
