namespace KvCompose.Evaluation;

/// <summary>Where in the text an answer has to stand to be found: depth against length, one map per pipeline.</summary>
internal static class DepthSection
{
    private const int Bins = 5;

    public static Markup Write(IReadOnlyCollection<CellResult> cells, Series series)
    {
        var markup = new Markup().Add($"<section><h2>Needle depth and length</h2>");
        markup.Add($"<p>Share of right answers, in percent, by where in the text the answer stands (0 is its beginning) and tokens of the text. Fields without a number had no question.</p>");
        bool open = true;
        foreach (IGrouping<(double Budget, QuestionMode Mode), CellResult> group in cells
            .Where(cell => cell.Predictions.Any(row => row.Depth is not null))
            .GroupBy(cell => (cell.Key.Budget, cell.Key.Mode))
            .OrderBy(group => group.Key.Budget == 1).ThenByDescending(group => group.Key.Budget).ThenBy(group => group.Key.Mode))
        {
            string mode = QuestionModes.Title(group.Key.Mode);
            string title = $"{(group.Key.Budget == 1 ? "Everything kept" : $"Budget {Figures.Percent(group.Key.Budget)}")}, {mode}";
            markup.Add($"<details class=\"group\"{Attribute(open)}><summary>{title}</summary><div class=\"maps\">");
            foreach (string pipeline in series.Pipelines.Where(pipeline => group.Any(cell => cell.Key.Pipeline == pipeline)))
            {
                Map(markup, pipeline, title, [.. group.Where(cell => cell.Key.Pipeline == pipeline)]);
            }

            markup.Add($"</div></details>");
            open = false;
        }

        return markup.Add($"</section>");
    }

    private static Markup Attribute(bool open) => open ? new Markup().Add($" open") : new Markup();

    private static void Map(Markup markup, string pipeline, string title, CellResult[] cells)
    {
        int[] lengths = [.. cells.Select(cell => cell.Key.Length).Distinct().Order()];
        string[] rows = [.. Enumerable.Range(0, Bins).Select(bin => $"{100 * bin / Bins}–{100 * (bin + 1) / Bins} %")];
        double? Share(int bin, int column)
        {
            double[] scores = [.. cells.Where(cell => cell.Key.Length == lengths[column]).SelectMany(cell => cell.Predictions)
                .Where(row => row.Depth is { } depth && Math.Min(Bins - 1, (int)(depth * Bins)) == bin).Select(row => row.Score)];
            return scores.Length == 0 ? null : scores.Average();
        }

        string[] columns = [.. lengths.Select(length => $"{length}")];
        markup.Add($"<figure><figcaption>{pipeline}</figcaption>{HeatMap.Picture($"{pipeline}: accuracy by depth and length. {title}.", "tokens of the text", columns, "depth", rows, Share, 1, share => $"{100 * share:0}")}");
        markup.FoldedTable(
            $"{pipeline}, accuracy by depth", ["depth", .. columns.Select(length => $"{length} tokens")],
            rows.Select((row, bin) => (string[])[row, .. columns.Select((_, column) => Share(bin, column) is { } share ? Figures.Percent(share) : Figures.None)]));
        markup.Add($"</figure>");
    }
}
