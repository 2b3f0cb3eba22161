using System.Collections.Immutable;
using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>Physical order of the heads.</summary>
public sealed class ReorderKind() : HeteroCacheKind("reorder")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement config = @case.Field("config"), expected = @case.Field("expected");
        HeadProfile original = ProfileJson.Read(@case.Field("inputs"));
        HeadProfile reordered = HeadOrder.Reorder(original);
        ProfileJson.Same(expected, reordered);
        for (int layer = 0; layer < original.Layers; layer++)
        {
            int[] order = HeadOrder.Of(original.Classes[layer]);
            Expect.Equal<int>(expected.List("perm_kv")[layer].AsInts("perm_kv"), order, $"perm_kv[{layer}]");
            Expect.Equal<int>(expected.List("perm_q")[layer].AsInts("perm_q"),
                HeadOrder.OfQueryHeads(order, config.Int("Hq") / config.Int("Hkv")), $"perm_q[{layer}]");

            ImmutableArray<HeadClass> classes = reordered.Classes[layer];
            Expect.Equal(expected.Ints("compress_count")[layer], classes.Count(c => !c.IsFull()), $"compress_count[{layer}]");
            Places("pivot_index", c => c == HeadClass.Pivot);
            Places("satellite_index", c => c == HeadClass.Satellite);
            Places("full_index", HeadClasses.IsFull);

            void Places(string field, Func<HeadClass, bool> wanted) => Expect.Equal<int>(expected.List(field)[layer].AsInts(field),
                [.. Enumerable.Range(0, classes.Length).Where(head => wanted(classes[head]))], $"{field}[{layer}]");
        }
    }
}
