namespace KvCompose.Evaluation;

/// <summary>Time of a decode step against the length of the text, a picture a budget.</summary>
internal static class StepTimeSection
{
    public static Markup Write(EvaluationSummary summary, IReadOnlyCollection<CellResult> cells, Series series)
    {
        var markup = new Markup().Add($"<section><h2>Time per token against length</h2>");
        markup.Add($"<p>Median time of a decode step. The baseline {summary.Setting.Baseline} is in every picture.</p><div class=\"pictures\">");
        double[] budgets = [.. cells.Where(cell => cell.Key.Pipeline != summary.Setting.Baseline).Select(cell => cell.Key.Budget).Distinct().OrderDescending()];
        foreach (double budget in budgets)
        {
            (string Pipeline, int Length, double Ms)[] points =
                [.. cells.Where(cell => cell.Key.Budget == budget || cell.Key.Pipeline == summary.Setting.Baseline)
                    .GroupBy(cell => (cell.Key.Pipeline, cell.Key.Length))
                    .Select(group => (group.Key.Pipeline, group.Key.Length, group.Average(cell => cell.Cost.PerTokenMs)))
                    .OrderBy(point => series.Pipelines.IndexOf(point.Pipeline)).ThenBy(point => point.Length)];
            Panel(markup, points, series, $"Budget {Figures.Percent(budget)}");
        }

        return markup.Add($"</div></section>");
    }

    private static void Panel(Markup markup, (string Pipeline, int Length, double Ms)[] points, Series series, string title)
    {
        var plot = new Plot([.. points.Select(point => (double)point.Length)], 1.08 * points.Max(point => point.Ms));
        foreach (IGrouping<string, (string Pipeline, int Length, double Ms)> pipeline in points.GroupBy(point => point.Pipeline))
        {
            plot.Line(series.Class(pipeline.Key), pipeline.Select(point => ((double)point.Length, point.Ms)));
            foreach ((string name, int length, double ms) in pipeline)
            {
                plot.Add(series.Marker(name, plot.X(length), plot.Y(ms), $"{name}, {length} tokens: {Figures.Ms(ms)}"));
            }
        }

        markup.Add($"<figure><figcaption>{title}</figcaption>{plot.Picture($"Time per token against length. {title}.", "tokens of the text (logarithmic)", "ms per token", points.Select(point => (double)point.Length).Distinct().Order(), length => Figures.Number(length), ms => Figures.Invariant($"{ms:0.##}"))}");
        int[] lengths = [.. points.Select(point => point.Length).Distinct().Order()];
        markup.FoldedTable(title, ["pipeline", .. lengths.Select(length => $"{length} tokens")], points.GroupBy(point => point.Pipeline).Select(pipeline => (string[])
            [pipeline.Key, .. lengths.Select(length => pipeline.Where(point => point.Length == length).Select(point => Figures.Ms(point.Ms)).FirstOrDefault(Figures.None))]));
        markup.Add($"</figure>");
    }

    private static int IndexOf(this IReadOnlyList<string> names, string name) => names.TakeWhile(other => other != name).Count();
}
