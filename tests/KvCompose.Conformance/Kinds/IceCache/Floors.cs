using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Compares measured quality with the vectors' figures by their names.</summary>
public static class Floors
{
    /// <summary>How much less than the reference is still as good: its projections are not ours.</summary>
    public const double Slack = 0.01;

    private const double Rounding = 2e-4;

    /// <summary>Ours is at least theirs − <see cref="Slack"/> for each named figure that the row has.</summary>
    public static void AtLeast(JsonElement row, RetrievalQuality ours, string what, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (row.Optional(name) is { } floor)
            {
                double value = Value(ours, name);
                Expect.True(value >= floor.AsNumber(name) - Slack, $"{what}: {name} {value:F4} is below the floor {floor.AsNumber(name):F4} - {Slack}");
            }
        }
    }

    /// <summary>Figures in which nothing is random agree to the file's four decimals and float ties, relatively for errors above 1.</summary>
    public static void Same(JsonElement row, RetrievalQuality ours, string what, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (row.Optional(name) is { } expected)
            {
                Expect.Close(expected.AsNumber(name), Value(ours, name), 1e-3, Rounding, $"{what}: {name}");
            }
        }
    }

    private static double Value(RetrievalQuality ours, string name) => name switch
    {
        "tok" => ours.Tokens,
        "recB" => ours.RecallOfBudget,
        "rec16" => ours.RecallOf16,
        "rec64" => ours.RecallOf64,
        "mass" => ours.Mass,
        "massopt" => ours.BestMass,
        "err" => ours.Error,
        "erropt" => ours.BestError,
        "p10_recB" => ours.LowRecallOfBudget,
        "p10_mass" => ours.LowMass,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such figure"),
    };
}
