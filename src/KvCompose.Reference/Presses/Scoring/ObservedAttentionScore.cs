namespace KvCompose.Reference.Presses.Scoring;

/// <summary>Cumulative attention: Σ_i a_ij over all rows, divided by the n − j rows that see key j, mean over the group.</summary>
/// <remarks>H2O's statistic, normalised by how often a key could be seen. Source of the sums: Zhang et al., arXiv 2306.14048.</remarks>
public sealed class ObservedAttentionScore : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        int n = layer.Rows;
        return layer.GroupMeans([.. layer.LastQueries(n).Select((queries, head) =>
        {
            double[][] attention = layer.LastAttention(queries, head);
            return Enumerable.Range(0, n).Select(j => attention.Sum(row => row[j]) / (n - j)).ToArray();
        })]);
    }
}
