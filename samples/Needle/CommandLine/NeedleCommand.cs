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
        Without --model the model is the embedded one; --model takes a checkpoint.

        Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 cancelled.
        """;

    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="console">Where the table is shown.</param>
    /// <param name="error">Where it is said what went wrong.</param>
    /// <param name="cancellation">Ends the run; nothing is written then.</param>
    public static int Run(string[] arguments, IAnsiConsole console, TextWriter error, CancellationToken cancellation)
    {
        var sample = new SampleCommand(error, IsExpected);
        var options = new NeedleOptions();
        var command = new RootCommand(Description);
        options.AddTo(command);
        command.Add(ProfileVerb.Command(arguments => sample.Guard(() => ProfileRun.Run(arguments, console, cancellation))));
        command.Add(CalibrateVerb.Command(arguments => sample.Guard(() => CalibrateRun.Run(arguments, console, cancellation))));
        command.Add(RetrievalVerb.Command(arguments => sample.Guard(() => RetrievalRun.Run(arguments, console, cancellation))));
        return sample.Run(command, arguments, parsed => NeedleRun.Run(options.Read(parsed), console, cancellation), console);
    }

    /// <summary>Whether an exception says what a user can mend, so that its message is enough.</summary>
    public static bool IsExpected(Exception problem) => problem is ModelLoadException or NeedleVocabularyException or ModelMismatchException or IOException
        or UnauthorizedAccessException or ResultsFolderException or HeadProfileException or UnsupportedLayerException or PipelineRuleException or CacheLimitException;
}
