using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>What both profile kinds expect of a calibration.</summary>
internal static class CalibrationExpectation
{
    private const double Tolerance = 1e-9;

    /// <summary>Runs a calibration on recorded steps with the thresholds of <c>config</c>.</summary>
    public static Calibration Run(JsonElement config, IReadOnlyList<CalibrationStep> steps) => Calibration.Of(
        steps, config.Number("tau_stable"), config.Number("tau_sim"), config.Int("similarity_step_requested"));

    /// <summary>Compares the profile, its counts, and, where the file has them, the values on the way.</summary>
    public static void Check(JsonElement expected, Calibration actual, IReadOnlyList<CalibrationStep> steps)
    {
        ProfileJson.Same(expected, actual.Profile);
        JsonElement counts = expected.Field("counts");
        foreach (HeadClass headClass in Enum.GetValues<HeadClass>())
        {
            Expect.Equal(counts.Int(headClass.ToString().ToLowerInvariant()), actual.Profile.Count(headClass), $"count of {headClass}");
        }

        if (expected.Optional("per_layer") is { } layers)
        {
            foreach ((int index, JsonElement layer) in layers.AsList("per_layer").Index())
            {
                CheckLayer(layer, actual.Layers[index], steps, index);
            }
        }
    }

    private static void CheckLayer(JsonElement expected, LayerCalibration actual, IReadOnlyList<CalibrationStep> steps, int layer)
    {
        foreach (CalibrationStep step in steps)
        {
            JsonElement[] heads = expected.Field("topk").List($"{step.KeyTokens}");
            for (int head = 0; head < heads.Length; head++)
            {
                foreach ((int sequence, JsonElement set) in heads[head].AsList("topk").Index())
                {
                    Expect.SameSet(set.AsInts("topk"), step.Important[layer][head][sequence],
                        $"layer {layer}, important set of head {head} at step {step.KeyTokens}");
                }
            }
        }

        Expect.Equal(expected.Int("similarity_step"), actual.SimilarityStep, $"layer {layer}, similarity step");
        Expect.Close(expected.Numbers("median"), actual.Stability, Tolerance, 0, $"layer {layer}, median");
        JsonElement[] overlaps = expected.List("overlap_history"), similarity = expected.List("similarity");
        for (int head = 0; head < actual.Stability.Length; head++)
        {
            Expect.Close(Row(overlaps[head]), actual.Overlaps[head], Tolerance, 0, $"layer {layer}, overlaps of head {head}");
            double[] row = [.. Enumerable.Range(0, actual.Stability.Length).Select(other => actual.Similarity[head, other])];
            Expect.Close(Row(similarity[head]), row, Tolerance, 0, $"layer {layer}, similarity of head {head}");
        }
    }

    private static double[] Row(JsonElement list) => [.. list.AsList("row").Select(value => value.AsNumber("row"))];
}
