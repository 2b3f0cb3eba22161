using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>Star covers of given graphs.</summary>
public sealed class StarKind() : HeteroCacheKind("star")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int heads = @case.Int("n");
        bool directed = @case.Flag("directed", false);
        var similar = new bool[heads, heads];
        foreach (JsonElement edge in @case.List("edges"))
        {
            int[] ends = edge.AsInts("edges");
            similar[ends[0], ends[1]] = true;
            similar[ends[1], ends[0]] |= !directed;
        }

        (IReadOnlyList<PivotGroup> stars, IReadOnlyList<int> unassigned) = StarCover.Of(similar);
        ProfileJson.SameStars(@case.Field("clusters"), stars, "clusters");
        Expect.SameSet(@case.Ints("unassigned"), [.. unassigned], "unassigned");
    }
}
