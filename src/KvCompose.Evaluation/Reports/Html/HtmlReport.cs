using System.Text;

namespace KvCompose.Evaluation;

/// <summary>
/// An evaluation as one HTML page that needs nothing else: tables and pictures, light and dark, each picture with its figures as a table.
/// The same results give the same page.
/// </summary>
public static class HtmlReport
{
    private const string StyleResource = "KvCompose.Evaluation.report.css";

    /// <summary>Writes the page as UTF-8.</summary>
    /// <param name="target">What it is written to.</param>
    /// <param name="summary">The table.</param>
    /// <param name="cells">The cells of the table.</param>
    /// <param name="origin">Where it comes from; left out of the page when null.</param>
    public static void Write(Stream target, EvaluationSummary summary, IReadOnlyCollection<CellResult> cells, ReportOrigin? origin = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(cells);
        var series = new Series(summary);
        string title = $"KV cache evaluation of {summary.Setting.Model}";
        Markup page = new Markup()
            .Add($"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>")
            .Add($"<style>{Style()}</style></head><body><main><h1>{title}</h1>");
        if (cells.Count > 0)
        {
            page.Add($"{VerdictSection.Write(summary, cells)}");
        }

        page.Add($"{Facts(summary, cells, origin)}{series.Legend()}");
        if (cells.Count > 0)
        {
            page.Add($"{ParetoSection.Write(summary, series)}{TableSection.Write(summary)}{DepthSection.Write(cells, series)}");
            page.Add($"{BudgetSection.Write(cells, series)}{StepTimeSection.Write(summary, cells, series)}{TaskSection.Write(summary, cells)}");
        }

        target.Write(Encoding.UTF8.GetBytes(page.Add($"</main></body></html>").ToString()));
    }

    private static Markup Facts(EvaluationSummary summary, IReadOnlyCollection<CellResult> cells, ReportOrigin? origin)
    {
        string Listed<T>(Func<CellResult, T> pick) => string.Join(", ", cells.Select(pick).Distinct().Order());
        var markup = new Markup().Add($"<dl><dt>tasks</dt><dd>{Listed(cell => cell.Key.Task)}</dd><dt>tokens of a text</dt><dd>{Listed(cell => cell.Key.Length)}</dd>")
            .Add($"<dt>texts of a cell</dt><dd>{summary.Setting.Samples}, seed {summary.Setting.Seed}, prose: {summary.Setting.Essay}</dd>")
            .Add($"<dt>memory bandwidth</dt><dd>{(summary.Bandwidth > 0 ? $"{Figures.Rate(summary.Bandwidth)}, measured in this run" : "not measured")}</dd>");
        if (origin is not null)
        {
            markup.Add($"<dt>date</dt><dd>{Figures.Invariant($"{origin.Date:yyyy-MM-dd HH:mm zzz}")}</dd><dt>processor</dt><dd>{origin.Processor}</dd>")
                .Add($"<dt>version</dt><dd>{origin.Version}</dd><dt>command</dt><dd><code>{origin.Command}</code></dd>");
        }

        return markup.Add($"</dl>");
    }

    private static Markup Style()
    {
        using Stream resource = typeof(HtmlReport).Assembly.GetManifestResourceStream(StyleResource)!;
        using var reader = new StreamReader(resource, Encoding.UTF8);
        return Markup.Of(reader.ReadToEnd());
    }
}
