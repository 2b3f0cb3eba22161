using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Corm;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>CORM: what the prompt leaves, and decode steps where the file has them.</summary>
public sealed class CormKind() : SecondRowKind("corm.layer", "corm.decode")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int heads = @case.Int("kv_heads"), n = @case.Int("n");
        double[][][] queries = @case.Tensor("queries").Matrices(), keys = @case.Tensor("keys").Matrices();
        CormSettings settings = Settings(@case);
        CormHead[] states = [.. Enumerable.Range(0, heads).Select(_ => new CormHead(settings))];
        JsonElement prompt = @case.Field("prompt");
        for (int head = 0; head < heads; head++)
        {
            states[head].Prompt(Row2.Group(queries, heads, head), keys[head][..n]);
        }

        Row2.Same(prompt, "last", states.SelectMany(state => state.Last));
        Array.ForEach(states, state => state.Evict(n));
        Row2.Lists(prompt.Field("kept"), [.. states.Select(state => state.Positions)], "prompt.kept");
        if (@case.Optional("decode") is { } decode)
        {
            Decode(decode, states, keys, n);
        }
    }

    private static void Decode(JsonElement decode, CormHead[] states, double[][][] keys, int n)
    {
        double[][][] queries = decode.Tensor("queries").Matrices();
        JsonElement[] evicted = decode.List("evicted");
        var held = new List<int>();
        for (int step = 0; step < queries.Length; step++)
        {
            int position = n + step;
            int[][] gone = [.. states.Select((state, head) =>
            {
                state.Step(Row2.Group(queries[step], states.Length, head), keys[head][position], position);
                return state.Evict(position + 1);
            })];
            Row2.Sets(evicted[step], gone, $"decode.evicted[{step}]");
            held.AddRange(states.Select(state => state.Positions.Length));
        }

        Row2.Same(decode, "held", held);
        Row2.Lists(decode.Field("kept"), [.. states.Select(state => state.Positions)], "decode.kept");
    }

    private static CormSettings Settings(JsonElement @case) => new(
        @case.Int("window"),
        @case.Int("recent"),
        @case.Text("gqa") switch
        {
            "mean" => CormGrouping.Mean,
            "any" => CormGrouping.Any,
            var other => throw new VectorFormatException($"there is no grouping '{other}'"),
        },
        @case.Text("threshold") switch
        {
            "position" => CormThreshold.Position,
            "held" => CormThreshold.Held,
            var other => throw new VectorFormatException($"there is no threshold '{other}'"),
        },
        @case.Optional("budget")?.AsInt("budget"));
}
