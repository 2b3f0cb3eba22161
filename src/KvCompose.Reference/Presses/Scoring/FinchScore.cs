namespace KvCompose.Reference.Presses.Scoring;

/// <summary>Finch: attention of the question's rows at the end of the prompt, each weighted by how many keys it sees.</summary>
/// <param name="Window">w, rows of the question; they stay.</param>
/// <param name="Normalised">Whether row i of the window is multiplied by n − w + i.</param>
/// <remarks>
/// Mean over the rows, no pooling, mean over the group. Source: Corallo and Papotti, "FINCH: Prompt-guided Key-Value Cache
/// Compression", arXiv 2408.00167.
/// </remarks>
public sealed record FinchScore(int Window, bool Normalised = true) : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        int before = layer.Rows - Window;
        if (before < 1)
        {
            throw new ArgumentException($"{layer.Rows} rows are not more than the window of {Window}", nameof(layer));
        }

        double[][] means = [.. layer.LastQueries(Window).Select((queries, head) => Numbers.Mean(
            [.. layer.LastAttention(queries, head)
                .Select((row, i) => row.Select(p => Normalised ? p * (before + i) : p).ToArray())])[..before])];
        return Protection.AroundWithMaximumPlusOne(layer.GroupMeans(means), 0, Window);
    }
}
