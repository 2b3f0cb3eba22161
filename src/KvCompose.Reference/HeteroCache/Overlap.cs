namespace KvCompose.Reference.HeteroCache;

/// <summary>How much of one set of positions is in another.</summary>
public static class Overlap
{
    /// <summary>O(A, B) = |A∩B| / |A| of calibration, in float64; 0 if either set is empty. Spec §1.1.</summary>
    public static double Share(IReadOnlyCollection<int> a, IReadOnlyCollection<int> b) =>
        a.Count == 0 || b.Count == 0 ? 0 : (double)Common(a, b) / a.Count;

    /// <summary>
    /// o_t = |C∩R| / K of the monitor. The quotient is a float32, which decides ties with the threshold: 7 of 10 is below 0.7,
    /// 3 of 10 is not below 0.3. K = 0 gives NaN, which is below nothing. Spec §1.5, §5.
    /// </summary>
    public static double DriftCoefficient(IReadOnlyCollection<int> chosen, IReadOnlyCollection<int> reference) =>
        (float)Common(chosen, reference) / (float)reference.Count;

    private static int Common(IReadOnlyCollection<int> a, IReadOnlyCollection<int> b) => a.Intersect(b).Count();
}
