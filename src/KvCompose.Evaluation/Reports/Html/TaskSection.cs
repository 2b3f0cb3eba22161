namespace KvCompose.Evaluation;

/// <summary>The accuracy of every task, so that a mean hides nothing.</summary>
internal static class TaskSection
{
    public static Markup Write(EvaluationSummary summary, IReadOnlyCollection<CellResult> cells)
    {
        var markup = new Markup().Add($"<section><h2>Task by task</h2>");
        (string Task, int Length)[] columns =
            [.. cells.Select(cell => (cell.Key.Task, cell.Key.Length)).Distinct().OrderBy(column => column.Task, StringComparer.Ordinal).ThenBy(column => column.Length)];
        foreach (QuestionMode mode in cells.Select(cell => cell.Key.Mode).Distinct().Order())
        {
            markup.Table(
                $"Accuracy %, {QuestionModes.Title(mode)}",
                ["pipeline", "budget", .. columns.Select(column => $"{column.Task} {column.Length}")],
                summary.Rows.Select(row => (string[])
                [
                    row.Pipeline, Figures.Percent(row.Budget),
                    .. columns.Select(column => cells.FirstOrDefault(cell => cell.Key == new CellKey(row.Pipeline, column.Task, column.Length, row.Budget, mode)) is { } cell
                        ? Figures.Number(MacroMean.OfTask(cell.Scores())) : Figures.None),
                ]));
        }

        return markup.Add($"</section>");
    }
}
