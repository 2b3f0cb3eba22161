namespace KvCompose.Reference.Presses.Selecting;

/// <summary>Block by block: what was kept so far competes with the next block. For scorers of keys and values alone.</summary>
/// <param name="Scorer">The scorer.</param>
/// <param name="Block">b, rows of a block.</param>
public sealed record BlockPress(IPressScorer Scorer, int Block = 128) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int kept = KeptCount.Of(layer.Rows, removed);
        int[][] rows = [.. layer.Keys.Select(_ => Enumerable.Range(0, kept).ToArray())];
        for (int first = kept; first < layer.Rows; first += Block)
        {
            IEnumerable<int> block = Enumerable.Range(first, Math.Min(Block, layer.Rows - first));
            int[][] candidates = [.. rows.Select(head => (int[])[.. head, .. block])];
            double[][] scores = Scorer.Score(layer.WithRows(candidates), removed);
            rows = [.. candidates.Zip(scores, (head, score) => Ranking.Top(score, kept).Select(index => head[index]).ToArray())];
        }

        return PressOutcome.Of(layer, rows);
    }
}
