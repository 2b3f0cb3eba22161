namespace KvCompose.Evaluation;

/// <summary>Accuracy against bytes, with the front that no pipeline is better than in both.</summary>
internal static class ParetoSection
{
    public static Markup Write(EvaluationSummary summary, Series series)
    {
        var markup = new Markup().Add($"<section><h2>Accuracy against bytes</h2>");
        markup.Add($"<p>Bytes of cache pages behind the prefill, at the longest length; vertical lines are 95 % intervals. The dashed line is the Pareto front: to its left, nothing is as accurate.</p>");
        markup.Add($"<div class=\"pictures\">");
        Panel(markup, summary, series, "Question after the compression", row => row.Agnostic);
        Panel(markup, summary, series, "Question compressed with the text", row => row.Aware);
        return markup.Add($"</div></section>");
    }

    private static void Panel(Markup markup, EvaluationSummary summary, Series series, string title, Func<PipelineSummary, Accuracy?> pick)
    {
        (PipelineSummary Row, ConfidenceInterval Score)[] points =
            [.. summary.Rows.Where(row => pick(row) is not null && row.Cost.BytesHeld > 0).Select(row => (row, pick(row)!.Score))];
        if (points.Length == 0)
        {
            return;
        }

        var plot = new Plot([.. points.Select(point => (double)point.Row.Cost.BytesHeld)], 1);
        plot.Line("front", Front(points.Select(point => ((double)point.Row.Cost.BytesHeld, point.Score.Mean))));
        foreach (IGrouping<string, (PipelineSummary Row, ConfidenceInterval Score)> pipeline in points.GroupBy(point => point.Row.Pipeline))
        {
            plot.Line(series.Class(pipeline.Key), pipeline.Select(point => ((double)point.Row.Cost.BytesHeld, point.Score.Mean)));
            foreach ((PipelineSummary row, ConfidenceInterval score) in pipeline)
            {
                double x = plot.X(row.Cost.BytesHeld);
                plot.Add($"<path class=\"bar {series.Class(row.Pipeline)}\" d=\"M{x},{plot.Y(score.Low)} V{plot.Y(score.High)}\"/>");
                string label = $"{row.Pipeline} at {Figures.Percent(row.Budget)}: {Figures.Interval(score)} % with {Figures.Bytes(row.Cost.BytesHeld)}";
                plot.Add(series.Marker(row.Pipeline, x, plot.Y(score.Mean), label));
            }
        }

        markup.Add($"<figure><figcaption>{title}</figcaption>{plot.Picture($"Accuracy against bytes held. {title}.", "bytes held (logarithmic)", "accuracy", Powers(), Figures.Bytes, share => $"{100 * share:0} %")}");
        markup.FoldedTable(
            title, ["pipeline", "budget", "bytes held", "accuracy %"],
            points.Select(point => (string[])
                [point.Row.Pipeline, Figures.Percent(point.Row.Budget), Figures.Bytes(point.Row.Cost.BytesHeld), Figures.Interval(point.Score)]));
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
