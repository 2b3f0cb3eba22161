namespace KvCompose.Reference.Presses.Selecting;

/// <summary>ChunkKV: whole chunks of consecutive rows stay or go, the same for all heads.</summary>
/// <param name="Scorer">The scorer.</param>
/// <param name="Chunk">c, rows of a chunk; the last one may be shorter.</param>
/// <remarks>
/// Scores summed over the heads, mean per chunk, the best max(1, trunc(chunks·(1 − r))) chunks. Fewer than c rows: per head, row by
/// row. Source: Liu et al., "ChunkKV: Semantic-Preserving KV Cache Compression for Efficient Long-Context LLM Inference", arXiv
/// 2502.00299.
/// </remarks>
public sealed record ChunkKvPress(IPressScorer Scorer, int Chunk = 20) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        if (layer.Rows < Chunk)
        {
            return new ScorerPress(Scorer).Compress(layer, removed);
        }

        double[] chunks = ChunkScores(layer, removed);
        int[] rows =
        [
            .. Ranking.Top(chunks, KeptCount.Of(chunks.Length, removed)).Order()
                .SelectMany(chunk => Enumerable.Range(chunk * Chunk, Math.Min(Chunk, layer.Rows - chunk * Chunk))),
        ];
        return PressOutcome.Of(layer, [.. layer.Keys.Select(_ => rows)]);
    }

    /// <summary>Score of each chunk.</summary>
    public double[] ChunkScores(PressLayer layer, double removed)
        => [.. Summed(Scorer.Score(layer, removed)).Chunk(Chunk).Select(chunk => chunk.Average())];

    /// <summary>Scores summed over the heads, [n].</summary>
    internal static double[] Summed(double[][] scores)
        => [.. Enumerable.Range(0, scores[0].Length).Select(j => scores.Sum(head => head[j]))];
}
