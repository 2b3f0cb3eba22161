namespace KvCompose.Reference.HeteroCache;

/// <summary>What calibration found in one layer.</summary>
/// <param name="Overlaps">[head][decode step]: overlap of the prompt's important set with the step's.</param>
/// <param name="Stability">[head]: S_stable, the median of the overlaps; 0 without a decode step.</param>
/// <param name="Similarity">[head, head]: overlap of the important sets at the similarity step; 1 on the diagonal.</param>
/// <param name="SimilarityStep">Key tokens of that step.</param>
/// <param name="Stars">Star cover, in order.</param>
/// <param name="Classes">[head].</param>
public sealed record LayerCalibration(
    double[][] Overlaps, double[] Stability, double[,] Similarity, int SimilarityStep, IReadOnlyList<PivotGroup> Stars, HeadClass[] Classes);
