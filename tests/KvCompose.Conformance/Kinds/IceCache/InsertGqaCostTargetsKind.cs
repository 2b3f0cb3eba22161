using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>
/// Insertion against rebuilding, groups of query heads that share a budget, inner products per query, and what a prototype
/// of the improved index reached. All are floors for the improved index, except the inner products: those are what the
/// published search costs.
/// </summary>
public sealed class InsertGqaCostTargetsKind : NamedKind
{
    private const int DataSeed = 7;
    private const int Queries = 48;
    private const int TargetQueries = 32;
    private const double SameCost = 0.05;

    /// <inheritdoc/>
    public override string Name => "insert_gqa_cost_targets";

    /// <inheritdoc/>
    protected override IEnumerable<JsonElement> CasesIn(VectorFile file)
    {
        IEnumerable<JsonElement> inserts = file.Root.Optional("insert") is { } insert
            ? insert.EnumerateObject().SelectMany(way => way.Value.AsList(way.Name))
            : [];
        return inserts.Concat(Section("gqa_group4")).Concat(Section("scored_keys_per_query")).Concat(Section("targets"))
            .OrderBy(@case => @case.Int("n")).ThenBy(@case => @case.Text("family"), StringComparer.Ordinal);

        IEnumerable<JsonElement> Section(string name) => file.Root.Optional(name)?.AsList(name) ?? [];
    }

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        RetrievalSubject subject = RetrievalSubject.Of(@case.Text("family"), @case.Int("n"), @case.Int("d", 128), Queries, DataSeed);
        string what = $"{@case.Text("family")} n {@case.Int("n")}";
        if (@case.Optional("rows") is not null)
        {
            Insertion(@case, subject, $"{what}, {@case.Int("extra")} inserted");
        }
        else if (@case.Optional("union_pages") is not null)
        {
            Group(@case, subject, $"{what}, group of 4, {@case.Int("pages")} pages");
        }
        else if (@case.Optional("formation") is not null)
        {
            Target(@case, subject, $"{what} {@case.Text("formation")} {@case.Text("rank")} {@case.Int("pages")} pages");
        }
        else
        {
            Cost(@case, subject, what);
        }
    }

    private static void Insertion(JsonElement @case, RetrievalSubject subject, string what)
    {
        int pages = @case.Int("pages");
        ClusteredIndex grown = Grow(subject.Data, @case.Int("extra"));
        foreach (JsonElement row in @case.List("rows"))
        {
            bool rebuilt = row.Text("tag") == "rebuild";
            ClusteredIndex index = rebuilt ? subject.Index : grown;
            var ranked = new RankedPages(subject.Data, RetrievalSubject.PagesOf(index));
            string which = $"{what}, {row.Text("tag")}";
            RetrievalQuality ours = RetrievalQuality.Of(
                subject.Data, Queries, pages, query => RetrievalSubject.Select(index, subject.Data.Query(query), 16 * pages));
            Floors.AtLeast(row, ours, which, "recB", "mass");
            Floors.Same(row, ours, which, "massopt");
            Floors.AtLeast(
                row, RetrievalQuality.Of(subject.Data, Queries, pages, query => ranked.Select("max", query, 16 * pages)), which, "rec16", "rec64");
            if (!rebuilt)
            {
                double fill = subject.Data.Tokens / (16.0 * index.LivePages);
                Expect.True(fill >= row.Number("fill"), $"{which}: fill {fill:F3} is below {row.Number("fill"):F3}");
            }
        }
    }

    private static ClusteredIndex Grow(RetrievalData data, int extra)
    {
        int d = data.HeadDim, built = data.Tokens - extra;
        var index = new ClusteredIndex(data.Data.Keys.AsSpan(0, built * d), d, new ClusteredSettings());
        for (int token = built; token < data.Tokens; token++)
        {
            index.Insert(data.Data.Keys.AsSpan(token * d, d));
        }

        return index;
    }

    private static void Group(JsonElement @case, RetrievalSubject subject, string what)
    {
        int pages = @case.Int("pages");
        RetrievalData groups = HeadGroups.Around(subject.Data, 24, 4, DataSeed);
        int length = 4 * groups.HeadDim;
        HashSet<int>[] chosen = [.. groups.Data.Queries.Chunk(length).AsParallel().AsOrdered()
            .Select(group => RetrievalSubject.Select(subject.Index, group, 16 * pages))];
        Floors.AtLeast(@case, RetrievalQuality.Of(groups, groups.Queries, pages, head => chosen[head / 4]), what, "recB", "mass");
    }

    private static void Target(JsonElement @case, RetrievalSubject subject, string what)
    {
        int pages = @case.Int("pages");
        RetrievalQuality ours = RetrievalQuality.Of(subject.Data, TargetQueries, pages, query => @case.Text("rank") is "max" or "mean"
            ? subject.Clustered.Select(@case.Text("rank"), query, 16 * pages)
            : RetrievalSubject.Select(subject.Index, subject.Data.Query(query), 16 * pages));
        Floors.AtLeast(@case, ours, what, "recB", "mass");
        Floors.Same(@case, ours, what, "massopt", "erropt");
    }

    private static void Cost(JsonElement @case, RetrievalSubject subject, string what)
    {
        int headDim = subject.Data.HeadDim;
        var keys = new AugmentedKeys(subject.Data.Data.Keys, headDim, Projection.FromSeed(0, headDim));
        PageTree tree = PageTreeBuilder.Build(keys, new IceCacheSettings { Anchors = AnchorShortcut.Brain });
        foreach (JsonProperty scored in @case.EnumerateObject().Where(field => field.Name.StartsWith("scored_p", StringComparison.Ordinal)))
        {
            int pages = int.Parse(scored.Name["scored_p".Length..]);
            int fieldOfView = IceCacheSettings.FieldOfView(0.0015, subject.Data.Tokens, 30);
            double mean = Enumerable.Range(0, Queries).AsParallel()
                .Average(query => TreeSearch.Select(tree, subject.Data.Query(query), pages, fieldOfView).KeysScored);
            Expect.Close(scored.Value.AsNumber(scored.Name), mean, SameCost, 0, $"{what}: {scored.Name}");
        }
    }
}
