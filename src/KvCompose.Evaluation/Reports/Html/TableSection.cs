namespace KvCompose.Evaluation;

/// <summary>The table: every pipeline and budget, those that lose too.</summary>
internal static class TableSection
{
    private static readonly string[] Columns =
    [
        "pipeline", "budget", "accuracy % (question after)", "to the baseline, points", "accuracy % (question known)", "to the baseline, points", "agreement", "KL, nats",
        "tokens kept", "bytes held", "peak bytes", "bytes in lower tiers", "moved per token", "first token", "per token", "fixed part", "slope", "of bandwidth", "break-even",
    ];

    public static Markup Write(EvaluationSummary summary)
    {
        var markup = new Markup().Add($"<section><h2>All pipelines</h2>");
        markup.Table(
            $"Accuracy: mean over tasks and lengths, with the 95 % interval of a paired bootstrap. Costs: at the longest length. Baseline: {summary.Setting.Baseline}.",
            Columns, summary.Rows.Select(row => Row(row, summary.Bandwidth)));
        markup.Add($"<p>Fixed part and slope: a step takes t0 + bytes / slope, fitted over the lengths and budgets of a pipeline. Break-even: tokens of output from which on it is faster than the baseline, first token included; “never” is a loss in time.</p>");
        return markup.Add($"</section>");
    }

    private static string[] Row(PipelineSummary row, double bandwidth) =>
    [
        row.Pipeline, Figures.Percent(row.Budget), Score(row.Agnostic), Difference(row.Agnostic), Score(row.Aware), Difference(row.Aware),
        row.Agreement is { } agreement ? Figures.Percent(agreement) : Figures.None, row.Divergence is { } divergence ? Figures.Number(divergence) : Figures.None,
        Figures.Invariant($"{row.Cost.TokensKept:0}"), Figures.Bytes(row.Cost.BytesHeld), Figures.Bytes(row.Cost.PeakBytes), Figures.Bytes(row.Cost.LowerTierBytes),
        Figures.Bytes(row.Cost.BytesMovedPerStep), Figures.Ms(row.Cost.FirstTokenMs), Figures.Ms(row.Cost.PerTokenMs),
        row.Line is { } line ? Figures.Ms(line.FixedMs) : Figures.None, row.Line is { } slope ? Figures.Rate(slope.BytesPerSecond) : Figures.None,
        row.Line is { } share && bandwidth > 0 ? Figures.Percent(share.BytesPerSecond / bandwidth) : Figures.None,
        row.BreakEvenTokens is { } tokens ? Figures.Invariant($"{tokens:0}") : "never",
    ];

    private static string Score(Accuracy? accuracy) => accuracy is null ? Figures.None : Figures.Interval(accuracy.Score);

    private static string Difference(Accuracy? accuracy) => accuracy is null ? Figures.None : Figures.Points(accuracy.Difference);
}
