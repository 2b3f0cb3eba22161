using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>Base and head budgets in both precisions.</summary>
public sealed class BudgetKind() : HeteroCacheKind("budget")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int tokens = @case.Int("prompt_len");
        int baseTokens = HeadBudget.Base(@case.Number("ratio"), @case.Int("total_kv_heads"), @case.Int("full_heads"), tokens);
        double[] weights = @case.Numbers("weights");
        Expect.Equal(@case.Int("base"), baseTokens, "base");
        Expect.Equal<int>(@case.Ints("capacity_f64"), [.. weights.Select(w => HeadBudget.Capacity(baseTokens, w, tokens))], "capacity_f64");
        Expect.Equal<int>(
            @case.Ints("keep_len_f32"), [.. weights.Select(w => HeadBudget.CapacityInSingle(baseTokens, w, tokens))], "keep_len_f32");
    }
}
