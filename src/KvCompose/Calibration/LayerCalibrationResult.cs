namespace KvCompose.Profiles;

/// <summary>What calibration found in one layer.</summary>
/// <param name="Overlaps">[head][decode step]: share of the prompt's important tokens that are important in the step, the mean over the texts.</param>
/// <param name="Stability">[head]: the median of the overlaps; 0 without a decode step.</param>
/// <param name="Similarity">[head, head]: share of the first head's important tokens that are the second's at the compared step; 1 on the diagonal.</param>
/// <param name="Stars">Stars of similar heads, in the order found.</param>
/// <param name="Classes">[head].</param>
public sealed record LayerCalibrationResult(
    double[][] Overlaps, double[] Stability, double[,] Similarity, IReadOnlyList<PivotGroup> Stars, HeadClass[] Classes);
