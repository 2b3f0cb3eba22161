namespace KvCompose.Reference.Presses.Scoring;

/// <summary>KeyDiff: keys unlike the mean direction stay: a = mean_j k_j/‖k_j‖, score −cos(k_j, a).</summary>
/// <remarks>Source: Park et al., "KeyDiff: Key Similarity-Based KV Cache Eviction", arXiv 2504.15364.</remarks>
public sealed class KeyDiffScore : IPressScorer
{
    private const double DirectionFloor = 1e-12, CosineFloor = 1e-8;

    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed) => [.. layer.Keys.Select(Score)];

    private static double[] Score(double[][] keys)
    {
        double[] anchor = Numbers.Mean(
            [.. keys.Select(key => key.Select(x => x / Math.Max(Numbers.Norm(key), DirectionFloor)).ToArray())]);
        return [.. keys.Select(key => -Numbers.Cosine(key, anchor, CosineFloor))];
    }
}
