namespace KvCompose.Reference.HeteroCache;

/// <summary>One look at one star.</summary>
/// <param name="Step">Decode step, from 0.</param>
/// <param name="Pivot">The star's pivot.</param>
/// <param name="Star">Place of the star in the layer's list.</param>
/// <param name="ReferenceHead">Whose prompt the reference set described at the start; another pivot only under defect A.</param>
/// <param name="Coefficients">[query of the window]: overlap with the reference set.</param>
/// <param name="Median">Of the coefficients; NaN if the sets are empty.</param>
/// <param name="Refresh">What was brought back; null if nothing drifted.</param>
public sealed record DriftCheck(
    int Step, int Pivot, int Star, int ReferenceHead, double[] Coefficients, double Median, StarRefresh? Refresh);
