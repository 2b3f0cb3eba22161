namespace KvCompose.Reference.Presses.Selecting;

/// <summary>Chunks by falling mean score; of a strong chunk whose scores are concentrated only a few rows.</summary>
/// <param name="Scorer">The scorer.</param>
/// <param name="Chunk">c, rows of a chunk.</param>
/// <param name="LowEntropyRows">Most rows of a chunk with a mean of at least, and an entropy below, the median.</param>
public sealed record EntropyGatedPress(IPressScorer Scorer, int Chunk = 10, int LowEntropyRows = 4) : IPress
{
    private const double Floor = 1e-8;

    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        double[] scores = ChunkKvPress.Summed(Scorer.Score(layer, removed));
        double[][] chunks = [.. scores.Chunk(Chunk)];
        double[] means = [.. chunks.Select(chunk => chunk.Average())], entropies = [.. chunks.Select(Entropy)];
        double meanMedian = LowerMedian(means), entropyMedian = LowerMedian(entropies);
        int left = KeptCount.Of(layer.Rows, removed);
        var kept = new HashSet<int>();
        foreach (int chunk in Ranking.Top(means, means.Length))
        {
            int take = Math.Min(chunks[chunk].Length, left);
            if (means[chunk] >= meanMedian && entropies[chunk] < entropyMedian)
            {
                take = Math.Min(take, LowEntropyRows);
            }

            kept.UnionWith(Ranking.Top(chunks[chunk], take).Select(row => chunk * Chunk + row));
            left -= take;
        }

        kept.UnionWith(Ranking.Top(scores, scores.Length).Where(row => !kept.Contains(row)).Take(left).ToArray());
        int[] rows = [.. kept.Order()];
        return PressOutcome.Of(layer, [.. layer.Keys.Select(_ => rows)]);
    }

    private static double Entropy(double[] chunk)
    {
        if (chunk.Length == 1)
        {
            return 0;
        }

        double lowest = Math.Min(chunk.Min(), 0);
        double sum = chunk.Sum(x => x - lowest) + Floor;
        double entropy = -chunk.Sum(x => (x - lowest) / sum * Math.Log((x - lowest) / sum + Floor));
        return Math.Clamp(entropy / Math.Log(chunk.Length), 0, 1);
    }

    private static double LowerMedian(double[] values) => values.Order().ElementAt((values.Length - 1) / 2);
}
