using KvCompose.Package.Tests.Running;

namespace KvCompose.Package.Tests;

/// <summary>What the templates make builds without a warning and runs as it is.</summary>
[Collection(nameof(PackageCollection))]
public sealed class TemplateTests(Consumers consumers) : IAsyncLifetime
{
    private string Settings => Path.Combine(consumers.Feed.Folder, "templates");

    public async Task InitializeAsync()
    {
        if (!Directory.Exists(Settings))
        {
            (await NewAsync("install", consumers.Feed.FileOf("KvCompose.Templates"))).Succeeded();
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task NewPipeline_WithoutArguments_AnswersTheQuestionOfItsPrompt()
    {
        (await NewAsync("kvpipeline", "-n", "Summaries", "-o", "Summaries")).Succeeded();
        string output = (await Command.DotnetAsync(consumers.FolderOf("Summaries"), ["run", "-c", "Release", "-p:TreatWarningsAsErrors=true"])).Succeeded();
        Assert.Contains("answer: 40 22", output, StringComparison.Ordinal);
        Assert.Matches(@"cache:  \d+ of \d+ tokens", output);
    }

    [Fact]
    public async Task NewStage_WithItsTest_Passes()
    {
        (await NewAsync("kvstage", "-n", "LongKeys", "-o", "LongKeys")).Succeeded();
        Assert.True(File.Exists(Path.Combine(consumers.FolderOf("LongKeys"), "LongKeys", "LongKeysAttribute.cs")));
        string output = (await Command.DotnetAsync(consumers.FolderOf("LongKeys"), ["test", "-c", "Release", "--nologo", "-p:TreatWarningsAsErrors=true"])).Succeeded();
        Assert.Contains("Passed:     3", output, StringComparison.Ordinal);
    }

    private Task<CommandResult> NewAsync(params string[] arguments)
        => Command.DotnetAsync(consumers.Feed.Folder, ["new", .. arguments, "--debug:custom-hive", Settings]);
}
