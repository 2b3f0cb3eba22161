namespace KvCompose.Reference;

/// <summary>How much of the cache a layer deserves: P = H^(1/τ1) · V^(1/τ2).</summary>
public static class CakePreference
{
    /// <summary>The preference of a layer from its spatial dispersion and its temporal shift.</summary>
    /// <param name="entropy">H: summed over query heads, window rows and prefix keys; not negative.</param>
    /// <param name="variance">V: column variances summed over query heads and prefix keys; not negative.</param>
    /// <param name="tau1">τ1, positive.</param>
    /// <param name="tau2">τ2, positive.</param>
    /// <returns>The preference in the precision that the ledger is defined on. NaN if a statistic is NaN.</returns>
    public static float Of(double entropy, double variance, double tau1, double tau2) =>
        (float)(Math.Pow(entropy, 1 / tau1) * Math.Pow(variance, 1 / tau2));

    /// <summary>
    /// H of a layer that only part of the prompt reached, on the scale of one that all of it reached: entropies are bounded by the
    /// logarithm of the keys. The authors know no such layers.
    /// </summary>
    /// <param name="entropy">H of the layer; what rounding has put below 0 counts as 0.</param>
    /// <param name="tokens">n_l, tokens that reached it.</param>
    /// <param name="promptTokens">n.</param>
    public static double Comparable(double entropy, int tokens, int promptTokens) =>
        Math.Max(0, entropy) * (tokens == promptTokens || tokens < 2 ? 1 : Math.Log(promptTokens) / Math.Log(tokens));
}
