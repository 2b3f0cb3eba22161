namespace KvCompose.Profiles;

/// <summary>
/// From the important tokens of every head and step to a head profile: stable heads, stars of similar heads, and weights.
/// Source: "HeteroCache", ACL 2026, arXiv 2601.13684.
/// </summary>
internal static class HeadClassification
{
    /// <summary>Keeps the weight of a head that is never stable finite.</summary>
    private const double StabilityGuard = 1e-6;

    /// <summary>Classifies the heads of a model.</summary>
    /// <param name="important">[step][layer][head][text]; step 0 is the prompt's end.</param>
    /// <param name="settings">Thresholds.</param>
    /// <param name="comparedStep">The step at which heads are compared with each other.</param>
    public static HeadCalibrationResult Of(ImportantTokens[][][][] important, CalibrationSettings settings, int comparedStep)
    {
        int layers = important[0].Length;
        var found = new LayerCalibrationResult[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            int own = layer;
            found[layer] = OfLayer([.. important.Select(step => step[own])], settings, comparedStep);
        }

        return new HeadCalibrationResult(
            found, new HeadProfile(found.Select(static layer => layer.Classes), Weights(found), found.Select(static layer => layer.Stars)));
    }

    private static LayerCalibrationResult OfLayer(ImportantTokens[][][] important, CalibrationSettings settings, int comparedStep)
    {
        ImportantTokens[][] prompt = important[0], compared = important[comparedStep];
        int heads = prompt.Length, steps = important.Length - 1;
        var overlaps = new double[heads][];
        var stability = new double[heads];
        var similarity = new double[heads, heads];
        for (int head = 0; head < heads; head++)
        {
            overlaps[head] = new double[steps];
            for (int step = 0; step < steps; step++)
            {
                overlaps[head][step] = MeanShare(prompt[head], important[step + 1][head]);
            }

            stability[head] = steps == 0 ? 0 : Median(overlaps[head]);
            for (int other = 0; other < heads; other++)
            {
                similarity[head, other] = head == other ? 1 : MeanShare(compared[head], compared[other]);
            }
        }

        var classes = new HeadClass[heads];
        for (int head = 0; head < heads; head++)
        {
            classes[head] = steps > 0 && stability[head] >= settings.StableThreshold ? HeadClass.Anchor : HeadClass.Volatile;
        }

        List<PivotGroup> stars = Stars(similarity, settings.SimilarityThreshold);
        foreach (PivotGroup star in stars)
        {
            classes[star.Pivot] = HeadClass.Pivot;
            foreach (int satellite in star.Satellites)
            {
                classes[satellite] = HeadClass.Satellite;
            }
        }

        return new LayerCalibrationResult(overlaps, stability, similarity, stars, classes);
    }

    /// <summary>The head with most similar heads among those left becomes a pivot, of equals the first, and takes them as satellites; until no head left has one.</summary>
    private static List<PivotGroup> Stars(double[,] similarity, double threshold)
    {
        int heads = similarity.GetLength(0);
        var taken = new bool[heads];
        var stars = new List<PivotGroup>();
        while (true)
        {
            List<int> most = [];
            int pivot = -1;
            for (int head = 0; head < heads; head++)
            {
                if (!taken[head] && SimilarTo(head) is var similar && similar.Count > most.Count)
                {
                    (pivot, most) = (head, similar);
                }
            }

            if (pivot < 0)
            {
                return stars;
            }

            stars.Add(new PivotGroup(pivot, [.. most]));
            taken[pivot] = true;
            most.ForEach(satellite => taken[satellite] = true);
        }

        List<int> SimilarTo(int head)
        {
            var similar = new List<int>();
            for (int other = 0; other < heads; other++)
            {
                if (other != head && !taken[other] && similarity[head, other] >= threshold)
                {
                    similar.Add(other);
                }
            }

            return similar;
        }
    }

    /// <summary>w = T·(1/(stability + ε)) / Σ 1/(stability + ε) over the T heads of all layers that do not keep everything.</summary>
    private static double[][] Weights(LayerCalibrationResult[] layers)
    {
        double sum = 0;
        int compressed = 0;
        foreach (LayerCalibrationResult layer in layers)
        {
            for (int head = 0; head < layer.Classes.Length; head++)
            {
                if (!layer.Classes[head].IsFull())
                {
                    sum += 1 / (layer.Stability[head] + StabilityGuard);
                    compressed++;
                }
            }
        }

        return
        [
            .. layers.Select(layer => layer.Classes.Select((own, head) => own.IsFull()
                ? HeadProfileFields.FullWeight
                : 1 / (layer.Stability[head] + StabilityGuard) / sum * compressed).ToArray()),
        ];
    }

    private static double MeanShare(ImportantTokens[] a, ImportantTokens[] b)
    {
        double sum = 0;
        for (int text = 0; text < a.Length; text++)
        {
            sum += a[text].ShareIn(b[text]);
        }

        return sum / a.Length;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
