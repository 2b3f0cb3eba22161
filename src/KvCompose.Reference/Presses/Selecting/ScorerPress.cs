namespace KvCompose.Reference.Presses.Selecting;

/// <summary>Every head keeps its best rows, equally many: the plain use of a scorer.</summary>
/// <param name="Scorer">The scorer.</param>
public sealed record ScorerPress(IPressScorer Scorer) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int kept = KeptCount.Of(layer.Rows, removed);
        return PressOutcome.Of(layer, [.. Scorer.Score(layer, removed).Select(head => Ranking.Top(head, kept))]);
    }
}
