using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.ElasticCache;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Elastic Cache: what the prompt keeps and merges, and decode steps where the file has them.</summary>
public sealed class ElasticKind() : SecondRowKind("elastic.layer", "elastic.trace")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[][][][] queries = @case.Tensor("queries").Layers(), keys = @case.Tensor("keys").Layers(),
            values = @case.Tensor("values").Layers();
        int n = @case.Int("n");
        double[][] importance = [.. queries.Select((layer, l) => ElasticLayer.Importance(layer, Row2.First(keys[l], n)))];
        Row2.Close(@case, "importance", Row2.Flat(importance));
        foreach (bool exact in (bool[])[true, false])
        {
            string name = exact ? "reference_exact" : "default";
            if (@case.Optional(name) is { } expected)
            {
                var settings = new ElasticSettings(@case.Number("ratio"), @case.Int("first"), @case.Int("last"), @case.Int("distance"),
                    exact);
                Expect.Equal(@case.Int("forget", settings.Forgotten(n)), settings.Forgotten(n), "forget");
                Layers(expected, settings, importance, keys, values, n, name);
            }
        }
    }

    private static void Layers(
        JsonElement expected, ElasticSettings settings, double[][] importance, double[][][][] keys, double[][][][] values, int n,
            string what)
    {
        ElasticLayer[] layers = [.. importance.Select(layer => new ElasticLayer(settings, layer))];
        Row2.Lists(expected.Field("kept"), [.. layers.Select(layer => layer.Kept)], $"{what}.kept");
        foreach ((int l, JsonElement merges) in expected.List("merges").Index())
        {
            Row2.Lists(merges, [.. layers[l].Merges.Select(merge => (int[])[merge.From, merge.To])], $"{what}.merges[{l}]");
        }

        Row2.Close(expected, "keys", layers.SelectMany((layer, l) => keys[l].SelectMany(head => Row2.Flat(layer.Merge(head[..n])))));
        Row2.Close(expected, "values", layers.SelectMany((layer, l) => values[l].SelectMany(head => Row2.Flat(layer.Merge(head[..n])))));
        Expect.Equal(expected.Int("slot", settings.Slot(n)), settings.Slot(n), $"{what}.slot");
        if (expected.Optional("decode") is not { } decode)
        {
            return;
        }

        ElasticDecode[] states = [.. layers.Select(layer => new ElasticDecode(settings, layer.Kept, n))];
        JsonElement[] deleted = decode.List("deleted");
        for (int step = 0; step < decode.Int("steps"); step++)
        {
            int?[] gone = [.. states.Select(state => state.Step())];
            Expect.Equal<int>(deleted[step].AsInts("deleted"), [.. gone.OfType<int>()], $"{what}.decode.deleted[{step}]");
        }

        Row2.Lists(decode.Field("kept"), [.. states.Select(state => state.Rows)], $"{what}.decode.kept");
    }
}
