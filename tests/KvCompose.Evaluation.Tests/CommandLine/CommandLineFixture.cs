using KvCompose.Samples.Needle;
using Spectre.Console;

namespace KvCompose.Evaluation.Tests.CommandLine;

/// <summary>Runs the sample's command line in this process, with a folder of its own for files.</summary>
public abstract class CommandLineFixture : IDisposable
{
    /// <summary>Lines of the terminal that the tests stand for; it has 80 columns.</summary>
    protected const int Height = 24;

    protected string Folder { get; } = Directory.CreateTempSubdirectory().FullName;

    protected StringWriter Error { get; } = new();

    protected string JsonFile => Path.Combine(Folder, "figures.json");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private protected int Run(TextWriter output, bool live, CancellationToken cancellation, params string[] arguments)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = live ? AnsiSupport.Yes : AnsiSupport.No,
            Interactive = live ? InteractionSupport.Yes : InteractionSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = 80;
        console.Profile.Height = Height;
        return NeedleCommand.Run(arguments, console, Error, cancellation);
    }
}
