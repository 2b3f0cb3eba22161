using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Check sums and first values of the portable generator.</summary>
public sealed class GeneratorChecksKind : NamedKind
{
    /// <inheritdoc/>
    public override string Name => "generator_checks";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        GeneratedKeys data = GeneratedKeys.Make(
            @case.Text("family"), @case.Int("n"), @case.Int("d"), @case.Int("nq"), @case.Int("seed"));
        foreach ((string name, float[] made) in new[] { ("K", data.Keys), ("Q", data.Queries), ("V", data.Values) })
        {
            Expect.Equal(@case.Number($"fnv_{name}"), GeneratedKeys.Checksum(made), $"fnv_{name}");
        }

        Prefix(@case, "K0", data.Keys);
        Prefix(@case, "Q0", data.Queries);
        Prefix(@case, "K_last", data.Keys[^@case.Numbers("K_last").Length..]);
    }

    private static void Prefix(JsonElement @case, string field, float[] made)
    {
        float[] expected = [.. @case.Numbers(field).Select(value => (float)value)];
        Expect.Equal<float>(expected, made.AsSpan(0, expected.Length), field);
    }
}
