namespace KvCompose.Reference.HeteroCache;

/// <summary>From the recorded steps of a calibration run to a head profile. Spec §1.1.</summary>
/// <param name="Layers">What was found, layer by layer.</param>
/// <param name="Profile">The result.</param>
public sealed record Calibration(IReadOnlyList<LayerCalibration> Layers, HeadProfile Profile)
{
    /// <summary>Classifies the heads of a model.</summary>
    /// <param name="steps">The recorded steps, at least the prompt pass.</param>
    /// <param name="stableThreshold">τs: an unclustered head is an anchor from this stability on.</param>
    /// <param name="similarityThreshold">τm: two heads are similar from this overlap on.</param>
    /// <param name="similarityStep">Key tokens of the step at which heads are compared; the last step if there is no such.</param>
    /// <exception cref="ArgumentException">No step was recorded.</exception>
    public static Calibration Of(
        IReadOnlyList<CalibrationStep> steps, double stableThreshold, double similarityThreshold, int similarityStep)
    {
        if (steps.Count == 0)
        {
            throw new ArgumentException("calibration needs at least the prompt pass", nameof(steps));
        }

        CalibrationStep[] ordered = [.. steps.OrderBy(step => step.KeyTokens)];
        CalibrationStep compared = ordered.FirstOrDefault(step => step.KeyTokens == similarityStep) ?? ordered[^1];
        LayerCalibration[] layers = [.. Enumerable.Range(0, ordered[0].Important.Count)
            .Select(layer => Layer(layer, ordered, compared, stableThreshold, similarityThreshold))];
        HeadClass[][] classes = [.. layers.Select(layer => layer.Classes)];
        double[][] weights = HeadWeights.Of([.. layers.Select(layer => layer.Stability)], classes);
        return new Calibration(layers, new HeadProfile(classes, weights, layers.Select(layer => layer.Stars)));
    }

    private static LayerCalibration Layer(
        int layer, CalibrationStep[] steps, CalibrationStep compared, double stableThreshold, double similarityThreshold)
    {
        var prompt = steps[0].Important[layer];
        int heads = prompt.Count;
        double[][] overlaps = [.. Enumerable.Range(0, heads).Select(head =>
            steps[1..].Select(step => BatchMean(prompt[head], step.Important[layer][head])).ToArray())];
        double[] stability = [.. overlaps.Select(history => history.Length == 0 ? 0 : Median.Of(history))];

        var similarity = new double[heads, heads];
        var similar = new bool[heads, heads];
        for (int i = 0; i < heads; i++)
        {
            for (int j = 0; j < heads; j++)
            {
                similarity[i, j] = i == j ? 1 : BatchMean(compared.Important[layer][i], compared.Important[layer][j]);
                similar[i, j] = i != j && similarity[i, j] >= similarityThreshold;
            }
        }

        IReadOnlyList<PivotGroup> stars = StarCover.Of(similar).Stars;
        var classes = new HeadClass[heads];
        for (int head = 0; head < heads; head++)
        {
            classes[head] = stars.Any(star => star.Pivot == head) ? HeadClass.Pivot
                : stars.Any(star => star.Satellites.Contains(head)) ? HeadClass.Satellite
                : overlaps[head].Length > 0 && stability[head] >= stableThreshold ? HeadClass.Anchor
                : HeadClass.Volatile;
        }

        return new LayerCalibration(overlaps, stability, similarity, compared.KeyTokens, stars, classes);
    }

    private static double BatchMean(IReadOnlyList<int[]> a, IReadOnlyList<int[]> b) =>
        Enumerable.Range(0, a.Count).Sum(sequence => Overlap.Share(a[sequence], b[sequence])) / a.Count;
}
