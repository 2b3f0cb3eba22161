using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>H2O after prefill in one layer: the causal rule, or the port that lets early queries see the future.</summary>
public sealed class H2oKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "h2o.layer";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params");
        HeadLayout layout = CaseParameters.Layout(@case);
        int tokens = CaseParameters.Tokens(@case);
        Tensor keys = CaseParameters.Keys(@case), queries = CaseParameters.Queries(@case, "q", tokens);
        bool causal = (parameters.OptionalText("variant") ?? "causal") switch
        {
            "causal" => true,
            "fastkv_repo_noncausal" => false,
            var other => throw new VectorFormatException($"there is no H2O variant '{other}'"),
        };
        SelectionCheck.Batched(@case, 0, parameters.Int("window"), row => Reference.H2o.Select(
            layout,
            queries.Slice(row),
            keys.Slice(row),
            parameters.Int("window"),
            CaseParameters.Retention(parameters).Of(tokens),
            causal,
            CaseParameters.Reduction(parameters)));
    }
}
