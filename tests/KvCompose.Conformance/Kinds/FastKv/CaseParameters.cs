using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>Reads what the cases of several selectors have in common.</summary>
internal static class CaseParameters
{
    /// <summary>Hq, Hkv and d of the case's shape.</summary>
    public static HeadLayout Layout(JsonElement @case)
    {
        JsonElement shape = @case.Field("shape");
        return new HeadLayout(shape.Int("Hq"), shape.Int("Hkv"), shape.Int("d"));
    }

    /// <summary>n of the case's shape.</summary>
    public static int Tokens(JsonElement @case) => @case.Field("shape").Int("n");

    /// <summary>B of the case's shape.</summary>
    public static int Batch(JsonElement @case) => @case.Field("shape").Int("B", 1);

    /// <summary>Keys [B,Hkv,n,d].</summary>
    public static Tensor Keys(JsonElement @case)
    {
        HeadLayout layout = Layout(@case);
        return @case.Field("inputs").Tensor("k").MustBe("k", Batch(@case), layout.KeyValueHeads, Tokens(@case), layout.HeadDim);
    }

    /// <summary>Queries [B,Hq,rows,d].</summary>
    public static Tensor Queries(JsonElement @case, string name, int rows)
    {
        HeadLayout layout = Layout(@case);
        return @case.Field("inputs").Tensor(name).MustBe(name, Batch(@case), layout.QueryHeads, rows, layout.HeadDim);
    }

    /// <summary>The budget of tokens kept: <c>capacity</c> in constant mode, <c>retain_rate</c> in proportional mode.</summary>
    public static TokenBudget Retention(JsonElement parameters, string constant = "capacity") =>
        Budget(parameters, constant, "retain_rate");

    /// <summary>A budget that is a number of tokens in constant mode and a rate in proportional mode.</summary>
    public static TokenBudget Budget(JsonElement parameters, string constant, string proportional) =>
        (parameters.OptionalText("mode") ?? "constant") switch
        {
            "constant" => TokenBudget.Constant(parameters.Int(constant)),
            "proportional" => TokenBudget.Proportional(parameters.Number(proportional)),
            var other => throw new ArgumentException($"there is no mode '{other}'"),
        };

    /// <summary><c>pooling</c>.</summary>
    public static PoolingKind Pooling(JsonElement parameters) => parameters.Text("pooling") switch
    {
        "avgpool" => PoolingKind.Average,
        "maxpool" => PoolingKind.Max,
        var other => throw new ArgumentException($"there is no pooling '{other}'"),
    };

    /// <summary>Window, pooling, kernel and grouping of a selector.</summary>
    public static WindowScoring Scoring(JsonElement parameters)
    {
        GroupReduction? reduction = Reduction(parameters);
        ScoreGrouping grouping = reduction is null ? ScoreGrouping.PerQueryHead
            : parameters.Flag("group_before_pool", true) ? ScoreGrouping.ReduceThenPool
            : ScoreGrouping.PoolThenReduce;
        return new WindowScoring(
            parameters.Int("window"), Pooling(parameters), parameters.Int("kernel"), grouping, reduction ?? GroupReduction.Sum);
    }

    /// <summary>How a group shares: <c>group_agg</c> at key-value head granularity, null per query head.</summary>
    public static GroupReduction? Reduction(JsonElement parameters) =>
        (parameters.OptionalText("granularity") ?? "query_head", parameters.OptionalText("group_agg")) switch
        {
            ("query_head", _) => null,
            ("kv_head", null or "mean") => GroupReduction.Mean,
            ("kv_head", "max") => GroupReduction.Max,
            ("kv_head", "sum") => GroupReduction.Sum,
            var (granularity, aggregation) => throw new ArgumentException($"there is no granularity '{granularity}' with group_agg '{aggregation}'"),
        };
}
