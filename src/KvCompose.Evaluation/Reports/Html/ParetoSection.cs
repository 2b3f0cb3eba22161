namespace KvCompose.Evaluation;

/// <summary>Accuracy against bytes, with the front that no pipeline is better than in both.</summary>
internal static class ParetoSection
{
    public static Markup Write(EvaluationSummary summary, Series series)
    {
        var markup = new Markup().Add($"<section><h2>Accuracy against bytes</h2>");
        markup.Add($"<p>Peak bytes of the cache’s pages plus host and disk bytes, at the longest length; vertical lines are 95 % intervals; marks carry their budget in percent. The dashed line is the Pareto front: nothing left of it is as accurate.</p>");
        markup.Add($"<div class=\"pictures\">");
        Panel(markup, summary, series, QuestionModes.Title(QuestionMode.QueryAgnostic), row => row.Agnostic);
        Panel(markup, summary, series, QuestionModes.Title(QuestionMode.QueryAware), row => row.Aware);
        return markup.Add($"</div></section>");
    }

    private static void Panel(Markup markup, EvaluationSummary summary, Series series, string title, Func<PipelineSummary, Accuracy?> pick)
    {
        (PipelineSummary Row, ConfidenceInterval Score)[] points =
            [.. summary.Rows.Where(row => pick(row) is not null && row.Cost.AllBytes > 0).Select(row => (row, pick(row)!.Score))];
        if (points.Length == 0)
        {
            return;
        }

        var plot = new Plot([.. points.Select(point => (double)point.Row.Cost.AllBytes)], 1);
        plot.Line("front", Front(points.Select(point => ((double)point.Row.Cost.AllBytes, point.Score.Mean))));
        foreach (IGrouping<string, (PipelineSummary Row, ConfidenceInterval Score)> pipeline in points.GroupBy(point => point.Row.Pipeline))
        {
            plot.Line(series.Class(pipeline.Key), pipeline.Select(point => ((double)point.Row.Cost.AllBytes, point.Score.Mean)));
            foreach ((PipelineSummary row, ConfidenceInterval score) in pipeline)
            {
                double x = plot.X(row.Cost.AllBytes);
                plot.Add($"<path class=\"bar {series.Class(row.Pipeline)}\" d=\"M{x},{plot.Y(score.Low)} V{plot.Y(score.High)}\"/>");
                string label = $"{row.Pipeline} at {Figures.Percent(row.Budget)}: {Figures.Interval(score)} % with {Figures.Bytes(row.Cost.AllBytes)}";
                plot.Add(series.Marker(row.Pipeline, x, plot.Y(score.Mean), label));
                plot.Add($"<text class=\"tick\" x=\"{x + 8}\" y=\"{plot.Y(score.Mean) + 14}\">{(row.Budget == 1 ? "" : Figures.Number(100 * row.Budget))}</text>");
            }
        }

        markup.Add($"<figure><figcaption>{title}</figcaption>{plot.Picture($"Accuracy against bytes. {title}.", "peak, host and disk bytes (logarithmic)", "accuracy", Powers(), Figures.Bytes, share => $"{100 * share:0} %")}");
        markup.FoldedTable(
            title, ["pipeline", "budget", "bytes", "accuracy %"],
            points.Select(point => (string[])
                [point.Row.Pipeline, Figures.Percent(point.Row.Budget), Figures.Bytes(point.Row.Cost.AllBytes), Figures.Interval(point.Score)]));
        markup.Add($"</figure>");
    }

    /// <summary>The points that are more accurate than all with fewer bytes, as stairs.</summary>
    private static IEnumerable<(double X, double Y)> Front(IEnumerable<(double Bytes, double Score)> points)
    {
        double best = -1;
        foreach ((double bytes, double score) in points.OrderBy(point => point.Bytes).ThenByDescending(point => point.Score))
        {
            if (score > best)
            {
                if (best >= 0)
                {
                    yield return (bytes, best);
                }

                yield return (bytes, score);
                best = score;
            }
        }
    }

    private static IEnumerable<double> Powers() => Enumerable.Range(10, 32).Select(power => Math.Pow(2, power));
}
