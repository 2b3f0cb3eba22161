namespace KvCompose.Reference.Presses.Scoring;

/// <summary>KeyNorm: keys of small norm collect attention, so −‖k_j‖₂ of the rotated key.</summary>
/// <remarks>Source: Devoto et al., "A Simple and Effective L2 Norm-Based Strategy for KV Cache Compression", arXiv 2406.11430.</remarks>
public sealed class KnormScore : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
        => [.. layer.Keys.Select(head => head.Select(key => -Numbers.Norm(key)).ToArray())];
}
