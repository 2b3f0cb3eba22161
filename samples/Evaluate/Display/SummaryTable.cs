using System.Globalization;
using KvCompose.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KvCompose.Samples.Evaluate.Display;

/// <summary>The table on the console: shares in percent, break-even: tokens of output from which a pipeline is faster than the baseline. The report has more columns.</summary>
internal static class SummaryTable
{
    public static IRenderable Of(EvaluationSummary summary)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("pipeline").Padding(0, 0).NoWrap());
        foreach (string title in (string[])["budget", "agnostic", "aware", "agree", "KiB held", "first ms", "step ms", "break-even"])
        {
            table.AddColumn(new TableColumn(title).RightAligned().Padding(1, 0, 0, 0).NoWrap());
        }

        foreach (PipelineSummary row in summary.Rows)
        {
            table.AddRow(
                row.Pipeline, Text($"{100 * row.Budget:0.#}"), Score(row.Agnostic), Score(row.Aware),
                row.Agreement is { } agreement ? Text($"{100 * agreement:0}") : "–", Text($"{row.Cost.BytesHeld / 1024.0:0}"),
                Text($"{row.Cost.FirstTokenMs:0.0}"), Text($"{row.Cost.PerTokenMs:0.00}"),
                row.BreakEvenTokens is { } tokens ? Text($"{tokens:0}") : "never");
        }

        return table;
    }

    private static string Score(Accuracy? accuracy) => accuracy is null ? "–" : Text($"{100 * accuracy.Score.Mean:0.0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
