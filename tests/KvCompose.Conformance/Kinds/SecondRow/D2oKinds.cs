using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.D2o;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>D2O in one layer over a prompt and decode steps.</summary>
public sealed class D2oTraceKind() : SecondRowKind("d2o.trace")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[][][] queries = @case.Tensor("queries").Matrices(), keys = @case.Tensor("keys").Matrices(),
            values = @case.Tensor("values").Matrices();
        int n = @case.Int("n");
        var settings = new D2oSettings(@case.Int("heavy"), @case.Int("recent"), @case.Number("alpha", 0.5), @case.Number("beta", 0.5));
        var layer = new D2oLayer(settings, Row2.First(queries, n), Row2.First(keys, n), Row2.First(values, n));
        foreach ((int step, JsonElement expected) in @case.List("step").Index())
        {
            D2oEviction? eviction = layer.Step(Row2.Row(queries, n + step), Row2.Row(keys, n + step), Row2.Row(values, n + step), n + step);
            Eviction(expected, eviction, $"step[{step}]");
        }

        Row2.Lists(@case.Field("final_positions"), layer.Positions, "final_positions");
        Row2.Close(@case, "final_keys", Row2.Flat(layer.Keys));
        Row2.Close(@case, "final_values", Row2.Flat(layer.Values));
    }

    private static void Eviction(JsonElement expected, D2oEviction? actual, string what)
    {
        if (actual is null)
        {
            Expect.True(expected.Optional("threshold") is null, $"{what}: an eviction was expected");
            return;
        }

        Row2.Lists(expected.Field("kept_slots"), actual.Kept, $"{what}.kept_slots");
        foreach ((int head, JsonElement merges) in expected.List("merges").Index())
        {
            JsonElement[] list = merges.AsList("merges");
            Expect.Equal(list.Length, actual.Merges[head].Count, $"{what}.merges[{head}], length");
            for (int i = 0; i < list.Length; i++)
            {
                JsonElement[] fields = list[i].AsList("merges");
                (int from, int to, double weight) = actual.Merges[head][i];
                Expect.Equal((fields[0].AsInt("from"), fields[1].AsInt("to")), (from, to), $"{what}.merges[{head}][{i}]");
                Row2.Close([fields[2].AsNumber("weight")], [weight], $"{what}.merges[{head}][{i}], weight");
            }
        }

        Row2.Number(expected, "threshold", actual.Threshold);
    }
}

/// <summary>D2O's shares of the layers.</summary>
public sealed class D2oSharesKind() : SecondRowKind("d2o.shares")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double heavy = @case.Number("heavy_share"), recent = @case.Number("recent_share");
        double[] spreads = [.. @case.Tensor("column_sums").Matrices().Select(D2oShares.Spread)];
        Row2.Close(@case, "spread", spreads);
        double[] shares = D2oShares.Shares(spreads, heavy + recent);
        Row2.Close(@case, "layer_share", shares);
        (int Heavy, int Recent)[] rows = [.. shares.Select(share => D2oShares.Rows(@case.Int("n"), share, heavy, recent))];
        int slack = @case.Flag("near", false) ? 1 : 0;
        Within(@case.Ints("heavy"), [.. rows.Select(row => row.Heavy)], slack, "heavy");
        Within(@case.Ints("recent"), [.. rows.Select(row => row.Recent)], slack, "recent");
    }

    private static void Within(int[] expected, int[] actual, int slack, string what)
    {
        for (int layer = 0; layer < expected.Length; layer++)
        {
            Expect.True(Math.Abs(expected[layer] - actual[layer]) <= slack,
                $"{what}[{layer}]: expected {expected[layer]}, got {actual[layer]}");
        }
    }
}
