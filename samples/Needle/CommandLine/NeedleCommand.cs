using System.CommandLine;
using KvCompose.Evaluation;
using KvCompose.Models;
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
        command.SetAction(parsed => Guard(() => NeedleRun.Run(options.Read(parsed), console, cancellation), error));
        command.Add(ProfileVerb.Command(arguments => Guard(() => ProfileRun.Run(arguments, console, cancellation), error)));
        ParseResult result = command.Parse(arguments);
        if (result.Errors.Count == 0)
        {
            return result.Invoke(new InvocationConfiguration
            {
                Output = console.Profile.Out.Writer, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            });
        }

        foreach (string message in result.Errors.Select(problem => problem.Message).Distinct())
        {
            error.WriteLine(message);
        }

        error.WriteLine("--help shows what there is.");
        return ExitCode.WrongArguments;
    }

    private static int Guard(Action run, TextWriter error)
    {
        try
        {
            run();
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("cancelled");
            return ExitCode.Cancelled;
        }
        catch (WrongArgumentException problem)
        {
            error.WriteLine(problem.Message);
            return ExitCode.WrongArguments;
        }
        catch (Exception problem) when (problem is ModelLoadException or NeedleVocabularyException or ModelMismatchException or IOException)
        {
            error.WriteLine(problem.Message);
            return ExitCode.Failed;
        }
    }
}
