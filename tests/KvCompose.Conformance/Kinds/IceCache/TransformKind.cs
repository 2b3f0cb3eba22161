using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Keys lifted by one dimension, their distances, and the unit query.</summary>
public sealed class TransformKind : NamedKind
{
    private const double Tolerance = 1e-6;

    /// <inheritdoc/>
    public override string Name => "transform";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[][] keys = [.. @case.List("keys").Select(key => key.AsNumbers("keys"))];
        double[] query = @case.Numbers("query");
        int headDim = query.Length;
        var lifted = new AugmentedKeys([.. keys.SelectMany(key => key)], headDim);
        Expect.Close(@case.Number("M"), lifted.Bound, Tolerance, Tolerance, "M");
        JsonElement[] augmented = @case.List("augmented");
        JsonElement[] distances = @case.List("half_sq_dist");
        double[] inner = @case.Numbers("inner");
        for (int token = 0; token < keys.Length; token++)
        {
            Expect.Close(augmented[token].AsNumbers("augmented"), [.. lifted.Key(token), lifted.Lift(token)], Tolerance, Tolerance, $"augmented {token}");
            double[] row = [.. Enumerable.Range(0, keys.Length).Select(other => lifted.HalfSquaredDistance(token, other))];
            Expect.Close(distances[token].AsNumbers("half_sq_dist"), row, Tolerance, Tolerance, $"half_sq_dist {token}");
        }

        double[] unit = AugmentedKeys.LiftQuery(Floats(query));
        Expect.Close(@case.Numbers("query_unit_aug"), unit, Tolerance, Tolerance, "query_unit_aug");
        var exact = new ExactRetrieval(Floats(keys.SelectMany(key => key)), Floats(query));
        Expect.Close(inner, exact.Scores, Tolerance, Tolerance, "inner");
    }

    private static float[] Floats(IEnumerable<double> values) => [.. values.Select(value => (float)value)];
}
