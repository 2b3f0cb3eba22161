using System.CommandLine;
using KvCompose.Samples.Needle;
using Spectre.Console;

namespace KvCompose.Samples.Evaluate;

/// <summary>The command line: from arguments to an exit code.</summary>
internal static class EvaluateCommand
{
    private const string Description = """
        Lets pipelines answer questions about long texts and measures what they keep and what they cost.
        Without options it is a quick profile: every published method on the embedded model, no hybrids.

        Writes to the results folder, for every pipeline, length, budget and mode: predictions.csv, metrics.json and config.yaml as kvpress
        lays them out; and report.html over all of them. A run that was interrupted goes on with --resume.

        Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 cancelled.
        """;

    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="console">Where progress and table are shown.</param>
    /// <param name="error">Where it is said what went wrong.</param>
    /// <param name="cancellation">Ends the run; cells that are done are kept.</param>
    public static int Run(string[] arguments, IAnsiConsole console, TextWriter error, CancellationToken cancellation)
    {
        var options = new EvaluateOptions();
        var command = new RootCommand(Description);
        options.AddTo(command);
        return new SampleCommand(error, NeedleCommand.IsExpected).Run(
            command, arguments, parsed => EvaluateRun.Run(options.Read(parsed), $"samples/Evaluate {string.Join(' ', arguments)}".TrimEnd(), console, cancellation), console);
    }
}
