using KvCompose.Samples;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.CommandLine;

public sealed class CancellationTests : CommandLineFixture
{
    private static readonly string[] Arguments = ["--length", "120", "--questions", "1000", "--json"];

    [Fact]
    public void Run_CancelledBefore_WritesNothing()
    {
        Assert.Equal(ExitCode.Cancelled, Run(TextWriter.Null, live: false, new CancellationToken(canceled: true), [.. Arguments, JsonFile]));
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void Run_CancelledMidway_LeavesTheOldFile()
    {
        File.WriteAllText(JsonFile, "old");
        using var interrupt = new CancellationTokenSource();
        var output = new InterruptingWriter($"3/{1000 * NeedlePipeline.Default.Length} answers", interrupt);
        Assert.Equal(ExitCode.Cancelled, Run(output, live: true, interrupt.Token, [.. Arguments, JsonFile]));
        Assert.Equal("cancelled", Error.ToString().Trim());
        Assert.Equal([JsonFile], Directory.GetFiles(Folder));
        Assert.Equal("old", File.ReadAllText(JsonFile));
    }

    /// <summary>Interrupts the run when a text is shown.</summary>
    private sealed class InterruptingWriter(string text, CancellationTokenSource interrupt) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if (ToString().Contains(text, StringComparison.Ordinal))
            {
                interrupt.Cancel();
            }
        }
    }
}
