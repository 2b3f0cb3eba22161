using System.CommandLine;
using KvCompose.Samples.Evaluate;
using KvCompose.Samples;
using KvCompose.Samples.Needle;
using Spectre.Console;

namespace KvCompose.Evaluation.Tests.EvaluateCommandLine;

/// <summary>The sample's command line, run in this process on the embedded model.</summary>
public sealed class EvaluateTests : IDisposable
{
    private static readonly string[] Small = ["--task", "needle_single", "--length", "300", "--samples", "1", "--budget", "0.25", "--pipeline", "SnapKv"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly StringWriter _output = new(), _error = new();

    private string Results => Path.Combine(_folder, "results");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_PipelineAndTask_LeavesResultsAndReport()
    {
        Assert.Equal((ExitCode.Done, ""), (Run(Small), _error.ToString()));
        Assert.Equal(
            ["kvcompose__300__needle__FullCache__0.00", "kvcompose__300__needle__FullCache__0.00__query_aware",
                "kvcompose__300__needle__SnapKv__0.75", "kvcompose__300__needle__SnapKv__0.75__query_aware"],
            Directory.EnumerateDirectories(Results).Select(run => Path.GetFileName(run)!).Order());
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(Path.Combine(Results, "report.html")), StringComparison.Ordinal);
        Assert.Contains("4/4 ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ShortTextWithDefaultBudgets_RaisesThemAboveTheWindow()
    {
        Assert.Equal((ExitCode.Done, ""), (Run("--task", "needle_single", "--length", "512", "--samples", "1", "--mode", "aware", "--fidelity", "0", "--pipeline", "SnapKv"), _error.ToString()));
        Assert.Contains("SnapKv 12.5 %", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("SnapKv 3.4 %", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all", false)]
    [InlineData(null, true)]
    public void Read_PipelinesNotNamed_VariationsOnlyWithAll(string? pipeline, bool methodsOnly)
    {
        var options = new EvaluateOptions();
        var command = new RootCommand();
        options.AddTo(command);
        EvaluateArguments arguments = options.Read(command.Parse(pipeline is null ? [] : ["--pipeline", pipeline, "SnapKv"]));
        Assert.Equal(NeedlePipeline.All.Where(one => !methodsOnly || !one.IsVariation), arguments.Pipelines);
    }

    [Fact]
    public void Run_Resumed_DoesOnlyWhatIsMissing()
    {
        Assert.Equal(ExitCode.Done, Run(Small));
        string done = Path.Combine(Results, "kvcompose__300__needle__SnapKv__0.75", "cells", "needle_single.json");
        DateTime written = File.GetLastWriteTimeUtc(done);
        Directory.Delete(Path.Combine(Results, "kvcompose__300__needle__SnapKv__0.75__query_aware"), recursive: true);
        Assert.Equal(ExitCode.Done, Run([.. Small, "--resume"]));
        Assert.Contains("1/1 SnapKv 25 % needle_single 300 aware", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(done));
    }

    [Fact]
    public void Run_ResultsThatAreThere_AreNotTouchedUnasked()
    {
        Assert.Equal(ExitCode.Done, Run(Small));
        Assert.Equal(ExitCode.Failed, Run(Small));
        Assert.Contains("holds results already", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no task 'nothing'", "--task", "nothing")]
    [InlineData("--pipeline is 'Nobody', expected all, or pipelines of FullCache", "--pipeline", "Nobody")]
    [InlineData("--length is 20000, but the model's context has 16384 tokens", "--length", "20000")]
    [InlineData("--length: task 'needle_multikey' needs at least", "--length", "50", "--task", "needle_multikey")]
    [InlineData("is no more than the observation window of 16 tokens", "--length", "300", "--budget", "0.032", "--task", "needle_single")]
    [InlineData("--budget is 0.032, expected at least 0.0", "--length", "300", "--budget", "0.032", "--task", "needle_single")]
    [InlineData("--budget is '2', expected shares", "--budget", "2")]
    [InlineData("--mode is 'never', expected agnostic, aware or both", "--mode", "never")]
    [InlineData("--resume and --overwrite exclude each other", "--resume", "--overwrite")]
    public void Run_WrongArguments_AreNamedBeforeAnythingIsWritten(string message, params string[] arguments)
    {
        Assert.Equal(ExitCode.WrongArguments, Run(arguments));
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Results));
    }

    [Fact]
    public void Run_ModelThatIsNotThere_Fails()
    {
        Assert.Equal(ExitCode.Failed, Run("--model", Path.Combine(_folder, "nothing")));
        Assert.Contains("config.json", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Cancelled_SaysSo()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Equal(ExitCode.Cancelled, Run(cancelled.Token, Small));
    }

    private int Run(params string[] arguments) => Run(default, arguments);

    private int Run(CancellationToken cancellation, params string[] arguments)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.No, Interactive = InteractionSupport.No });
        console.Profile.Width = 120;
        return EvaluateCommand.Run([.. arguments, "--results", Results], console, _error, cancellation);
    }
}
