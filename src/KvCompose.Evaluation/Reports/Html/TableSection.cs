namespace KvCompose.Evaluation;

/// <summary>The tables: every pipeline and budget, those that lose too.</summary>
internal static class TableSection
{
    private static readonly string[] AccuracyColumns =
    [
        "pipeline", "budget", "query-agnostic, %", "difference, points", "query-aware, %", "difference, points", "agreement", "KL, nats", "per token", "break-even",
    ];

    private static readonly string[] CostColumns =
    [
        "pipeline", "budget", "tokens kept", "bytes held", "peak bytes", "host and disk bytes", "fetched per token", "first token", "per token", "fixed part", "slope",
        "of bandwidth",
    ];

    public static Markup Write(EvaluationSummary summary)
    {
        var markup = new Markup().Add($"<section><h2>All pipelines</h2>");
        markup.Table(
            $"Accuracy: mean over tasks and lengths, with the 95 % interval of a paired bootstrap; difference to {summary.Setting.Baseline}. Times: at the longest length.",
            AccuracyColumns, summary.Rows.Select(AccuracyRow));
        markup.Add($"<p>Break-even: tokens of output from which a pipeline is faster than {summary.Setting.Baseline}, first token included; “never” is a loss in time.</p>");
        markup.Table("Costs at the longest length.", CostColumns, summary.Rows.Select(row => CostRow(row, summary.Bandwidth)));
        markup.Add($"<p>Fixed part and slope: a step takes t0 + bytes / slope, fitted over the lengths and budgets of a pipeline.</p>");
        return markup.Add($"</section>");
    }

    private static string[] AccuracyRow(PipelineSummary row) =>
    [
        row.Pipeline, Figures.Percent(row.Budget), Score(row.Agnostic), Difference(row.Agnostic), Score(row.Aware), Difference(row.Aware),
        row.Agreement is { } agreement ? Figures.Percent(agreement) : Figures.None, row.Divergence is { } divergence ? Figures.Number(divergence) : Figures.None,
        Figures.Ms(row.Cost.PerTokenMs), row.BreakEvenTokens is { } tokens ? Figures.Invariant($"{tokens:0}") : "never",
    ];

    private static string[] CostRow(PipelineSummary row, double bandwidth) =>
    [
        row.Pipeline, Figures.Percent(row.Budget),
        Figures.Invariant($"{row.Cost.TokensKept:0}"), Figures.Bytes(row.Cost.BytesHeld), Figures.Bytes(row.Cost.PeakBytes), Figures.Bytes(row.Cost.LowerTierBytes),
        Figures.Bytes(row.Cost.BytesMovedPerStep), Figures.Ms(row.Cost.FirstTokenMs), Figures.Ms(row.Cost.PerTokenMs),
        row.Line is { } line ? Figures.Ms(line.FixedMs) : Figures.None, row.Line is { } slope ? Figures.Rate(slope.BytesPerSecond) : Figures.None,
        row.Line is { } share && bandwidth > 0 ? Figures.Percent(share.BytesPerSecond / bandwidth) : Figures.None,
    ];

    private static string Score(Accuracy? accuracy) => accuracy is null ? Figures.None : Figures.Interval(accuracy.Score);

    private static string Difference(Accuracy? accuracy) => accuracy is null ? Figures.None : Figures.Points(accuracy.Difference);
}
