namespace KvCompose.Reference.Presses.Scoring;

/// <summary>TOVA: the last query's attention, averaged over all query heads; one choice for every key-value head.</summary>
/// <remarks>The last row itself stays. Source: Oren et al., "Transformers are Multi-State RNNs", arXiv 2401.06104.</remarks>
public sealed class TovaScore : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        if (layer.Rows < 2)
        {
            throw new ArgumentException("one row leaves none to score", nameof(layer));
        }

        double[] mean = Numbers.Mean([.. layer.LastQueries(1).Select((queries, head) => layer.LastAttention(queries, head)[0][..^1])]);
        return Protection.AroundWithMaximumPlusOne([.. layer.Keys.Select(_ => mean)], 0, 1);
    }
}
