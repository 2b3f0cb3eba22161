namespace KvCompose.Reference.Presses.Scoring;

/// <summary>StreamingLLM as scores: 0 for the rows after the sinks that go, 1 for all others.</summary>
/// <param name="Sinks">First rows that stay.</param>
/// <remarks>Source: Xiao et al., arXiv 2309.17453.</remarks>
public sealed record StreamingScore(int Sinks = 4) : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        int n = layer.Rows;
        if (n <= Sinks)
        {
            throw new ArgumentException($"{n} rows are not more than {Sinks} sinks", nameof(layer));
        }

        int pruned = n - KeptCount.Truncated(n, removed);
        return [.. layer.Keys.Select(_ => Enumerable.Range(0, n).Select(j => j >= Sinks && j < Sinks + pruned ? 0.0 : 1.0).ToArray())];
    }
}
