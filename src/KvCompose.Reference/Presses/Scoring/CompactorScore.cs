namespace KvCompose.Reference.Presses.Scoring;

/// <summary>Compactor: leverage of the keys, blended with attention inside chunks.</summary>
/// <param name="FirstKept">First rows, which stay and count in no statistic.</param>
/// <param name="LastKept">Last rows, likewise.</param>
/// <param name="Chunk">Rows of a chunk.</param>
/// <param name="Blending">Weight of the leverage; null takes the share removed.</param>
/// <param name="Padding">What a short last chunk is, see <see cref="NonCausalScore"/>.</param>
/// <remarks>
/// Score = blending·z_leverage + z_attention; protected rows get the maximum. Source: Chari and Van Durme, arXiv 2507.08143.
/// </remarks>
public sealed record CompactorScore(int FirstKept = 8, int LastKept = 4, int Chunk = 256, double? Blending = null, bool Padding = false)
    : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        int inner = layer.Rows - FirstKept - LastKept;
        if (inner < 1)
        {
            throw new ArgumentException($"{layer.Rows} rows are all protected ({FirstKept} first, {LastKept} last)", nameof(layer));
        }

        PressLayer middle = layer.Slice(FirstKept, inner) with { QueryPositions = layer.QueryPositions[FirstKept..(FirstKept + inner)] };
        double[][] leverage = new LeverageScore().Score(middle, removed),
            attention = new NonCausalScore(Chunk, Padding).Score(middle, removed);
        double[][] blended = [.. leverage.Zip(attention, (l, a) => l.Zip(a, (x, y) => (Blending ?? removed) * x + y).ToArray())];
        double top = blended.Max(head => head.Max());
        return [.. blended.Select(head => (double[])[.. Enumerable.Repeat(top, FirstKept), .. head, .. Enumerable.Repeat(top, LastKept)])];
    }
}
