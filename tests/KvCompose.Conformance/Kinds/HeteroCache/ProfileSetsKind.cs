using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>Classification from important sets.</summary>
public sealed class ProfileSetsKind() : HeteroCacheKind("profile_sets")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement inputs = @case.Field("inputs");
        CalibrationStep[] steps =
            [.. inputs.Ints("steps").Select(step => new CalibrationStep(step, Sets(inputs.Field("sets").List($"{step}"))))];
        CalibrationExpectation.Check(@case.Field("expected"), CalibrationExpectation.Run(@case.Field("config"), steps), steps);
    }

    private static int[][][][] Sets(JsonElement[] layers) => [.. layers.Select(layer =>
        layer.AsList("sets").Select(head => head.AsList("sets").Select(set => set.AsInts("sets")).ToArray()).ToArray())];
}
