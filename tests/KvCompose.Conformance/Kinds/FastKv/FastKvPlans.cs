using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>Reads the plan of a FastKV case.</summary>
internal static class FastKvPlans
{
    /// <summary>The plan whose cut, if there is one, is at <paramref name="propagationLayer"/>.</summary>
    public static FastKvPlan Read(JsonElement parameters, int? propagationLayer) => new(
        parameters.Int("window"),
        CaseParameters.Pooling(parameters),
        parameters.Int("kernel"),
        CaseParameters.Retention(parameters),
        propagationLayer is { } layer && HasCut(parameters)
            ? [new PropagationPoint(layer, CaseParameters.Budget(parameters, "tsp_len", "tsp_rate"))]
            : []);

    private static bool HasCut(JsonElement parameters) =>
        parameters.Optional("tsp_len") is not null || parameters.Optional("tsp_rate") is not null;
}
