namespace KvCompose.Evaluation;

/// <summary>
/// The result in words, per mode and budget: which pipelines lose accuracy against the baseline, which do not, and which of these takes fewest
/// bytes, host and disk included.
/// </summary>
internal static class VerdictSection
{
    public static Markup Write(EvaluationSummary summary, IReadOnlyCollection<CellResult> cells)
    {
        string baseline = summary.Setting.Baseline;
        var markup = new Markup().Add($"<section class=\"verdict\"><h2>Verdict</h2><ul>");
        foreach (QuestionMode mode in cells.Select(cell => cell.Key.Mode).Distinct().Order())
        {
            int questions = cells.Where(cell => cell.Key.Mode == mode && cell.Key.Pipeline == baseline).Sum(cell => cell.Predictions.Count);
            PipelineSummary? full = summary.Rows.FirstOrDefault(row => row.Pipeline == baseline);
            foreach (IGrouping<double, PipelineSummary> budget in summary.Rows
                .Where(row => row.Pipeline != baseline && Of(row, mode) is not null).GroupBy(row => row.Budget).OrderByDescending(group => group.Key))
            {
                PipelineSummary[] worse = [.. budget.Where(row => Of(row, mode)!.Difference.High < 0)];
                PipelineSummary[] equal = [.. budget.Except(worse)];
                string kept = budget.Key == 1 ? "every token kept" : $"budget {Figures.Percent(budget.Key)}";
                markup.Add($"<li><b>{QuestionModes.Name(mode)}, {kept}</b> (n = {questions} questions): ");
                markup.Add($"{(worse.Length == 0 ? $"no pipeline is less accurate than {baseline}." : $"less accurate than {baseline}: {Names(worse)}.")}");
                if (equal.Length > 0)
                {
                    PipelineSummary smallest = equal.MinBy(row => row.Cost.AllBytes)!;
                    markup.Add($" No loss shown: {Names(equal)}. Smallest of these: {smallest.Pipeline} with {Figures.Bytes(smallest.Cost.AllBytes)}{(full is null ? "" : $" of {Figures.Bytes(full.Cost.AllBytes)}")}.");
                }

                markup.Add($"</li>");
            }
        }

        return markup.Add($"</ul><p>“Less accurate”: the 95 % interval of the paired difference lies below 0. Bytes: peak of the cache’s pages plus host and disk, at the longest length.</p></section>");
    }

    private static Accuracy? Of(PipelineSummary row, QuestionMode mode) => mode == QuestionMode.QueryAgnostic ? row.Agnostic : row.Aware;

    private static string Names(IEnumerable<PipelineSummary> rows) => string.Join(", ", rows.Select(row => row.Pipeline));
}
