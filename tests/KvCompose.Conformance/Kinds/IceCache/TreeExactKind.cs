using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>
/// The published tree, token by token, and the pages it selects. A float tie in the reference may move a token:
/// 99.5 % of the tokens' places and 95 % of the selections must be the same.
/// </summary>
public sealed class TreeExactKind : NamedKind
{
    private const double SamePlaces = 0.995;
    private const double SameSelections = 0.95;

    /// <inheritdoc/>
    public override string Name => "tree_exact";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int headDim = @case.Int("d");
        GeneratedKeys data = GeneratedKeys.Make(@case.Text("family"), @case.Int("n"), headDim, @case.Int("nq"), @case.Int("seed"));
        var keys = new AugmentedKeys(data.Keys, headDim, Projection.FromSeed((ulong)@case.Int("proj_seed"), headDim));
        PageTree tree = PageTreeBuilder.Build(keys, Settings(@case));
        Expect.Equal<int>(@case.Ints("level_counts"), [.. tree.Levels.Select(level => level.Count)], "level_counts");
        Expect.Equal(@case.Int("num_pages"), tree.PageCount, "num_pages");
        int[] pages = @case.Ints("token_page");
        int[] slots = @case.Ints("token_offset");
        int same = Enumerable.Range(0, keys.Count).Count(token => tree.PageOf(token) == pages[token] && tree.SlotOf(token) == slots[token]);
        Expect.True(same >= SamePlaces * keys.Count, $"{same} of {keys.Count} tokens are in the expected page and slot");
        Selections(@case.List("queries"), tree, data.Queries);
    }

    private static IceCacheSettings Settings(JsonElement @case) => new()
    {
        PromotionToFirst = (float)@case.Number("p0"),
        PromotionHigher = (float)@case.Number("p1"),
        Anchors = @case.Optional("anchor") is { } anchor
            ? new AnchorShortcut(anchor.Int("interval"), anchor.Int("X"), anchor.Number("threshold"))
            : null,
    };

    private static void Selections(JsonElement[] expected, PageTree tree, float[] queries)
    {
        int headDim = tree.Keys.HeadDim;
        int same = 0;
        string first = "";
        for (int i = 0; i < expected.Length; i++)
        {
            int[] selected = Distinct(expected[i].Ints("selected"));
            float[] query = queries[(expected[i].Int("q") * headDim)..][..headDim];
            int[] ours = TreeSearch.Select(tree, query, expected[i].Int("pages"), expected[i].Int("fov")).Pages[..];
            if (ours.Take(selected.Length).Order().SequenceEqual(selected.Order()))
            {
                same++;
            }
            else if (first.Length == 0)
            {
                first = $"; first, query {i}: expected {string.Join(",", selected)}, got {string.Join(",", ours)}";
            }
        }

        Expect.True(same >= SameSelections * expected.Length, $"{same} of {expected.Length} selections are the expected ones{first}");
    }

    // A tree of one level makes the library list the page of every best token, one page several times: it is told once.
    private static int[] Distinct(int[] pages) => [.. pages.Distinct()];
}
