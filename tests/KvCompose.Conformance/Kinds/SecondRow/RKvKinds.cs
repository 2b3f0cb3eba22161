using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.RKv;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>R-KV's scores and choice over one cache.</summary>
public sealed class RKvLayerKind() : SecondRowKind("rkv.layer")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        RKvSettings settings = Settings(@case);
        double[][][] queries = @case.Tensor("queries").Matrices(), keys = @case.Tensor("keys").Matrices();
        bool compressed = @case.Int("n") >= settings.Budget;
        Expect.Equal(@case.Flag("compressed", compressed), compressed, "compressed");
        if (!compressed)
        {
            Row2.Lists(@case.Field("kept"), [.. keys.Select(head => Enumerable.Range(0, head.Length).ToArray())], "kept");
            return;
        }

        RKvHead[] heads = [.. keys.Select((head, h) => new RKvHead(settings, Row2.Group(queries, keys.Length, h), head))];
        Row2.Close(@case, "importance", heads.SelectMany(head => head.Importance));
        Row2.Close(@case, "redundancy", heads.SelectMany(head => head.Redundancy));
        Row2.Close(@case, "score", heads.SelectMany(head => head.Score));
        Row2.Sets(@case.Field("kept"), [.. heads.Select(head => head.Kept)], "kept");
    }

    /// <summary>The settings of a file.</summary>
    internal static RKvSettings Settings(JsonElement @case) => new(
        @case.Int("budget"),
        @case.Int("window"),
        @case.Int("kernel"),
        @case.Number("lam"),
        @case.Number("similarity_threshold", 0.5),
        (@case.OptionalText("direction") ?? "last") switch
        {
            "last" or "last_percent" => RKvDirection.Last,
            "first" => RKvDirection.First,
            "first_percent" => RKvDirection.FirstShare,
            var other => throw new VectorFormatException($"there is no direction '{other}'"),
        },
        @case.Number("retain_ratio", 0.1));
}

/// <summary>R-KV over a prompt and decode steps.</summary>
public sealed class RKvTraceKind() : SecondRowKind("rkv.trace")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[][][] queries = @case.Tensor("queries").Matrices(), keys = @case.Tensor("keys").Matrices();
        int n = @case.Int("n"), heads = keys.Length;
        RKvDecode[] states = [.. keys.Select(_ => new RKvDecode(RKvLayerKind.Settings(@case), @case.Int("every")))];
        var compressions = new List<int[]>();
        for (int head = 0; head < heads; head++)
        {
            Note(states[head].Prompt(Row2.First(Row2.Group(queries, heads, head), n), keys[head][..n]), head, n);
        }

        for (int position = n; position < n + @case.Int("steps"); position++)
        {
            for (int head = 0; head < heads; head++)
            {
                Note(states[head].Step(Row2.Row(Row2.Group(queries, heads, head), position), keys[head][position], position), head,
                    position + 1);
            }
        }

        Row2.Lists(@case.Field("compressions"), [.. compressions], "compressions");
        Row2.Sets(@case.Field("kept"), [.. states.Select(state => state.Rows)], "kept");
        Row2.Lists(@case.Field("cache_order"), [.. states.Select(state => state.Rows)], "cache_order");

        void Note(bool compressed, int head, int seen)
        {
            if (compressed && head == 0)
            {
                compressions.Add([seen, states[0].Rows.Length]);
            }
        }
    }
}
