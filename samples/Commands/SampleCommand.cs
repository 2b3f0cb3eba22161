using System.CommandLine;
using Spectre.Console;

namespace KvCompose.Samples;

/// <summary>From a command line to an exit code, with one line for whatever goes wrong.</summary>
/// <param name="error">Where it is said what went wrong.</param>
/// <param name="isExpected">Whether an exception says what a user can mend, so that its message is enough.</param>
internal sealed class SampleCommand(TextWriter error, Func<Exception, bool> isExpected)
{
    /// <param name="command">The command with its options.</param>
    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="run">The work, when the arguments can be parsed.</param>
    /// <param name="console">Where help is shown.</param>
    public int Run(RootCommand command, string[] arguments, Action<ParseResult> run, IAnsiConsole console)
    {
        command.SetAction(parsed => Guard(() => run(parsed)));
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

        foreach (string message in result.Errors.Select(static problem => problem.Message).Distinct())
        {
            error.WriteLine(message);
        }

        error.WriteLine("--help shows what there is.");
        return ExitCode.WrongArguments;
    }

    /// <summary>Runs the work; what goes wrong becomes a message and an exit code.</summary>
    public int Guard(Action run)
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
        catch (Exception problem) when (isExpected(problem))
        {
            error.WriteLine(problem.Message);
            return ExitCode.Failed;
        }
    }
}
