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
}
