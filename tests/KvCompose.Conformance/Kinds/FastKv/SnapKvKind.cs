using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>SnapKV in one layer.</summary>
public sealed class SnapKvKind : SelectorKind
{
    /// <inheritdoc/>
    public override string Name => "snapkv.layer";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement parameters = @case.Field("params");
        HeadLayout layout = CaseParameters.Layout(@case);
        Tensor keys = CaseParameters.Keys(@case), queries = CaseParameters.Queries(@case, "q_window", parameters.Int("window"));
        SelectionCheck.Batched(@case, 0, parameters.Int("window"), row => Reference.SnapKv.Select(
            layout,
            queries.Slice(row),
            keys.Slice(row),
            CaseParameters.Scoring(parameters),
            CaseParameters.Retention(parameters).Of(CaseParameters.Tokens(@case))));
    }
}
