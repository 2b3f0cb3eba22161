namespace KvCompose;

/// <summary>How much of the cache a layer deserves: P = H^(1/τ1)·V^(1/τ2). Source: Qin et al., ICLR 2025, arXiv 2503.12491.</summary>
internal static class CakeLayerPreference
{
    /// <summary>The preference of a layer.</summary>
    /// <param name="entropy">H: summed over query heads, rows of the window and the keys before it; not negative.</param>
    /// <param name="variance">V: the columns' variances, summed over query heads and the same keys; not negative.</param>
    /// <param name="tau1">τ1, positive.</param>
    /// <param name="tau2">τ2, positive.</param>
    /// <returns>A single, on which the division is defined; NaN if a statistic is NaN.</returns>
    public static float Of(double entropy, double variance, double tau1, double tau2)
        => (float)(Math.Pow(entropy, 1 / tau1) * Math.Pow(variance, 1 / tau2));

    /// <summary>
    /// H of a layer that only part of the prompt reached, on the scale of one that all of it reached: entropies are bounded by the logarithm of
    /// the number of keys. The authors know no such layers.
    /// </summary>
    /// <param name="entropy">H of the layer; what rounding has put below 0 counts as 0.</param>
    /// <param name="tokens">n_l, tokens that reached the layer.</param>
    /// <param name="promptTokens">n.</param>
    public static double Comparable(double entropy, int tokens, int promptTokens)
    {
        double clamped = Math.Max(0, entropy);
        return tokens == promptTokens || tokens < 2 ? clamped : clamped * (Math.Log(promptTokens) / Math.Log(tokens));
    }
}
