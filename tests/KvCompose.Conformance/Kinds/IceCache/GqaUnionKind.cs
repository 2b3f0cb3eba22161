using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>The ranked pages of the query heads of a group, merged under one budget.</summary>
public sealed class GqaUnionKind : NamedKind
{
    /// <inheritdoc/>
    public override string Name => "gqa_union";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int[][] ranked = [.. @case.List("per_head_ranked").Select(head => head.AsInts("per_head_ranked"))];
        Expect.Equal(@case.Int("group"), ranked.Length, "group");
        Expect.Equal<int>(@case.Ints("selected"), GroupMerge.Interleave(ranked, @case.Int("budget_pages")), "selected");
        Expect.Equal<int>([.. @case.Ints("interleaved").Distinct()], GroupMerge.Interleave(ranked, int.MaxValue), "interleaved");
    }
}
