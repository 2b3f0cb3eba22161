using System.CommandLine;
using Spectre.Console;

namespace KvCompose.Samples.Needle;

/// <summary>The command line: from arguments to an exit code.</summary>
internal static class NeedleCommand
{
    private const string Description = """
        Hides facts in long texts and asks for them: once with the full KV cache, once with every declared pipeline.

        Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 cancelled.
        """;

    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="console">Where the table is shown.</param>
    /// <param name="error">Where it is said what went wrong.</param>
    /// <param name="cancellation">Ends the run; nothing is written then.</param>
    public static int Run(string[] arguments, IAnsiConsole console, TextWriter error, CancellationToken cancellation)
    {
        var options = new NeedleOptions();
        var command = new RootCommand(Description);
        options.AddTo(command);
        command.Add(ProfileVerb.Command(arguments => SampleCommand.Guard(() => ProfileRun.Run(arguments, console, cancellation), error)));
        command.Add(CalibrateVerb.Command(arguments => SampleCommand.Guard(() => CalibrateRun.Run(arguments, console, cancellation), error)));
        command.Add(RetrievalVerb.Command(arguments => SampleCommand.Guard(() => RetrievalRun.Run(arguments, console, cancellation), error)));
        return SampleCommand.Run(command, arguments, parsed => NeedleRun.Run(options.Read(parsed), console, cancellation), console, error);
    }
}
