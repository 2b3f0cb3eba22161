using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>
/// Recall, mass and output error of the published index and of contiguous pages. Contiguous pages are deterministic: the
/// figures are the same. The published index and its pages depend on random projections: they are floors for ours,
/// formed with the same keys. Where a row asks which of the top tokens are found, pages are ranked by their best member,
/// as the published search does; ours ranks by attention mass by default and is held to mass, error and recall of the budget.
/// </summary>
public sealed class ReferenceQualityKind : NamedKind
{
    private static readonly string[] Exact = ["massopt", "erropt"];

    /// <inheritdoc/>
    public override string Name => "reference_quality";

    /// <inheritdoc/>
    protected override IEnumerable<JsonElement> CasesIn(VectorFile file) => file.Root.List("configs")
        .OrderBy(config => config.Field("config").Int("n")).ThenBy(config => DataSet(config), StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        JsonElement config = @case.Field("config");
        int queries = config.Int("nq");
        RetrievalSubject subject = RetrievalSubject.Of(
            config.Text("family"), config.Int("n"), config.Int("d"), queries, config.Int("dseed"));
        foreach (JsonElement row in @case.List("rows"))
        {
            CheckRow(row, subject, queries, $"{DataSet(@case)} {row.Text("method")} {row.Int("pages")} pages");
        }
    }

    private static void CheckRow(JsonElement row, RetrievalSubject subject, int queries, string what)
    {
        int pages = row.Int("pages");
        switch (row.Text("method"))
        {
            case "dci":
                RetrievalQuality ours = Of(query => RetrievalSubject.Select(subject.Index, subject.Data.Query(query), 16 * pages));
                Floors.AtLeast(row, ours, what, "recB", "mass", "p10_recB", "p10_mass");
                Expect.True(ours.Error <= row.Number("err") + Floors.Slack, $"{what}: err {ours.Error:F4} is above {row.Number("err"):F4}");
                Floors.AtLeast(row, Ranked(subject.Clustered, "max"), what, "rec16", "rec64");
                Floors.Same(row, ours, what, Exact);
                break;
            case "dcipart-max":
                Floors.AtLeast(row, Ranked(subject.Clustered, "max"), what, "recB", "rec16", "rec64", "mass");
                break;
            case "dcipart-mean":
                Floors.AtLeast(row, Ranked(subject.Clustered, "mean"), what, "recB", "rec16", "rec64", "mass");
                break;
            case "contig-max" or "contig-mean" or "quest" or "arkvale":
                string ranking = row.Text("method").Replace("contig-", "");
                Floors.Same(
                    row, Ranked(subject.Contiguous, ranking), what, ["tok", "recB", "rec16", "rec64", "mass", "err", "p10_recB", "p10_mass", .. Exact]);
                break;
            default:
                throw new VectorFormatException($"there is no method '{row.Text("method")}'");
        }

        RetrievalQuality Ranked(RankedPages formation, string ranking) => Of(query => formation.Select(ranking, query, 16 * pages));

        RetrievalQuality Of(Func<int, IReadOnlySet<int>> select) => RetrievalQuality.Of(subject.Data, queries, pages, select);
    }

    private static string DataSet(JsonElement @case)
    {
        JsonElement config = @case.Field("config");
        return $"{config.Text("family")} n {config.Int("n")} d {config.Int("d")} seed {config.Int("dseed")}";
    }
}
