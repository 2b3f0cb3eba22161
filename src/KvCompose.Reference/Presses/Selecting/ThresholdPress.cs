namespace KvCompose.Reference.Presses.Selecting;

/// <summary>A threshold instead of a budget: rows before the sliding window whose score is below it go.</summary>
/// <param name="Scorer">The scorer.</param>
/// <param name="Threshold">θ.</param>
/// <param name="Window">W, last rows that stay.</param>
/// <remarks>
/// The rule of dynamic memory sparsification with any scorer; source of the rule: Łańcucki et al., "Inference-Time Hyper-Scaling with
/// KV Cache Compression", arXiv 2506.05345.
/// </remarks>
public sealed record ThresholdPress(IPressScorer Scorer, double Threshold, int Window = 128) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int judged = layer.Rows - Window;
        return PressOutcome.Of(layer, [.. Scorer.Score(layer, removed).Select(head
            => Enumerable.Range(0, layer.Rows).Where(row => row >= judged || head[row] >= Threshold).ToArray())]);
    }
}
