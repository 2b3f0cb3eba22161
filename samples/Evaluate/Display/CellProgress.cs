using System.Globalization;
using KvCompose.Evaluation;
using Spectre.Console;

namespace KvCompose.Samples.Evaluate.Display;

/// <summary>Shows how far a run is: a bar, or a line a cell where nothing can be redrawn.</summary>
internal static class CellProgress
{
    /// <param name="console">Where it is shown.</param>
    /// <param name="cells">Cells until the end.</param>
    /// <param name="run">The work; calls its argument with every cell that is done.</param>
    public static void Show(IAnsiConsole console, int cells, Action<Action<CellResult>> run)
    {
        if (console.Profile.Capabilities is { Ansi: true, Interactive: true })
        {
            console.Progress().AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(display =>
                {
                    ProgressTask bar = display.AddTask("cells", maxValue: Math.Max(1, cells));
                    run(cell =>
                    {
                        bar.Description = Markup.Escape(Describe(cell));
                        bar.Increment(1);
                    });
                });
            return;
        }

        int done = 0;
        run(cell => console.WriteLine($"{++done}/{cells} {Describe(cell)}"));
    }

    private static string Describe(CellResult cell) => string.Create(
        CultureInfo.InvariantCulture,
        $"{cell.Key.Pipeline} {100 * cell.Key.Budget:0.#} % {cell.Key.Task} {cell.Key.Length} {(cell.Key.Mode == QuestionMode.QueryAgnostic ? "agnostic" : "aware")}: {MacroMean.OfTask(cell.Scores())}");
}
