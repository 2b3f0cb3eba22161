using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>What is expected of the layers after the prompt.</summary>
internal static class PrefillExpectation
{
    /// <summary>Compares the layers before anything is decoded.</summary>
    /// <param name="case">The case, for the marks of ties.</param>
    /// <param name="expected">The block of prefill expectations.</param>
    /// <param name="profile">Classes, weights and stars.</param>
    /// <param name="layers">Our layers.</param>
    public static void Check(JsonElement @case, JsonElement expected, HeadProfile profile, IReadOnlyList<HeteroLayer> layers)
    {
        bool ties = @case.Optional("quirks")?.AsList("quirks").Any(quirk => quirk.GetString() == "ties") ?? false;
        Expect.Equal(expected.Int("full_heads"), profile.FullHeads, "full_heads");
        Expect.Equal(expected.Int("total_kv_heads"), profile.Heads, "total_kv_heads");
        for (int layer = 0; layer < layers.Count; layer++)
        {
            HeteroLayer actual = layers[layer];
            Expect.Equal(expected.Int("base"), actual.Budget.Base, "base");
            Expect.Equal<int>(Row("heads_len", layer), [.. actual.Lengths], $"heads_len[{layer}]");
            Expect.Equal<int>(Row("capacity_aligned", layer), [.. Enumerable.Range(0, actual.Lengths.Count)
                .Select(head => actual.Pages.PagesOf(head).Count * actual.Pages.PageTokens)], $"capacity_aligned[{layer}]");
            Expect.Equal(expected.Ints("blocks_total")[layer], actual.Pages.TotalPages, $"blocks_total[{layer}]");
            Expect.Equal(expected.Ints("blocks_free")[layer], actual.Pages.FreePages, $"blocks_free[{layer}]");
            Expect.Equal(expected.List("cpu_backup")[layer].GetBoolean(), actual.NeedsBackingStore, $"cpu_backup[{layer}]");
            CheckReferences(expected.List("pivot_ref")[layer].AsList("pivot_ref"), actual.Selection, ties, layer);
            if (ties)
            {
                CheckExcluded(@case, actual.Selection);
                continue;
            }

            foreach ((int head, JsonElement kept) in expected.List("selected")[layer].AsList("selected").Index())
            {
                Expect.Equal<int>(kept.AsInts("selected"), actual.Selection.Kept[head], $"selected[{layer}][{head}]");
            }
        }

        int[] Row(string field, int layer) => expected.List(field)[layer].AsInts(field);
    }

    private static void CheckReferences(JsonElement[] expected, PromptSelection actual, bool ties, int layer)
    {
        Expect.Equal<int>([.. expected.Select(pair => pair[0].AsInt("pivot_ref"))], actual.Pivots, $"pivot_ref[{layer}], pivots");
        for (int i = 0; i < expected.Length; i++)
        {
            int[] reference = expected[i][1].AsInts("pivot_ref");
            string what = $"pivot_ref[{layer}] of {actual.Pivots[i]}";
            Expect.Equal(reference.Length, actual.References[i].Length, $"{what}, length");
            Expect.True(ties || reference.AsSpan().SequenceEqual(actual.References[i]), $"{what} differs");
        }
    }

    private static void CheckExcluded(JsonElement @case, PromptSelection actual)
    {
        foreach (JsonProperty head in @case.Optional("must_exclude")?.EnumerateObject() ?? default)
        {
            int[] both = [.. head.Value.AsInts("must_exclude").Intersect(actual.Kept[int.Parse(head.Name)])];
            Expect.True(both.Length == 0, $"head {head.Name} keeps {string.Join(", ", both)}, which score below the rest");
        }
    }
}
