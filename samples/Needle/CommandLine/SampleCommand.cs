using System.CommandLine;
using KvCompose.Evaluation;
using KvCompose.Models;
using Spectre.Console;

namespace KvCompose.Samples.Needle;

/// <summary>From a command line to an exit code, with one line for whatever goes wrong.</summary>
internal static class SampleCommand
{
    /// <param name="command">The command with its options.</param>
    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="run">The work, when the arguments can be parsed.</param>
    /// <param name="console">Where help is shown.</param>
    /// <param name="error">Where it is said what went wrong.</param>
    public static int Run(RootCommand command, string[] arguments, Action<ParseResult> run, IAnsiConsole console, TextWriter error)
    {
        command.SetAction(parsed => Guard(() => run(parsed), error));
        ParseResult result = command.Parse(arguments);
        if (result.Errors.Count == 0)
        {
            return result.Invoke(new InvocationConfiguration
            {
                Output = console.Profile.Out.Writer,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }

        foreach (string message in result.Errors.Select(problem => problem.Message).Distinct())
        {
            error.WriteLine(message);
        }

        error.WriteLine("--help shows what there is.");
        return ExitCode.WrongArguments;
    }

    /// <summary>Runs the work; what goes wrong becomes a message and an exit code.</summary>
    public static int Guard(Action run, TextWriter error)
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
        catch (Exception problem) when (problem is ModelLoadException or NeedleVocabularyException or ModelMismatchException or IOException or ResultsFolderException)
        {
            error.WriteLine(problem.Message);
            return ExitCode.Failed;
        }
    }
}
