using System.CommandLine;
using KvCompose.Models;
using KvCompose.Models.Templates;
using KvCompose.Serving;
using KvCompose.Tool.Commands;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace KvCompose.Tool;

/// <summary>From a command line to an exit code, with one line for whatever goes wrong.</summary>
internal static class KvComposeCommand
{
    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="console">Where answers are shown.</param>
    /// <param name="input">Where questions come from.</param>
    /// <param name="error">Where it is said what went wrong.</param>
    public static async Task<int> RunAsync(string[] arguments, IAnsiConsole console, TextReader input, TextWriter error)
    {
        var root = new RootCommand("Language models with compressed KV caches.")
        {
            ServeCommand.Make(),
            ChatCommand.Make(console, input),
            PlanCommand.Make(console),
            InspectCommand.Make(console),
            BenchCommand.Make(console),
        };
        ParseResult result = root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            foreach (string message in result.Errors.Select(static problem => problem.Message).Distinct())
            {
                error.WriteLine(message);
            }

            error.WriteLine("--help shows what there is.");
            return ExitCode.WrongArguments;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                Output = console.Profile.Out.Writer,
                Error = error,
                EnableDefaultExceptionHandler = false,
            }).ConfigureAwait(false);
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
        catch (Exception problem) when (IsExpected(problem))
        {
            error.WriteLine(problem.Message);
            return ExitCode.Failed;
        }
    }

    /// <summary>Whether an exception says what a user can mend, so that its message is enough.</summary>
    private static bool IsExpected(Exception problem) => problem is ModelLoadException or ChatTemplateException or IOException
        or UnauthorizedAccessException
        or ContextExceededException or CacheLimitException or RequestRefusedException or ServerBusyException or OptionsValidationException
            or ArgumentException
        or ModelMismatchException or UnsupportedLayerException or PipelineRuleException or StageOptionException or NotSupportedException;
}
