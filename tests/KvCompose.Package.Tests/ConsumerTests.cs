using System.Diagnostics;
using KvCompose.Package.Tests.Running;

namespace KvCompose.Package.Tests;

/// <summary>Projects outside of the clone, restored from the packages, build without a warning and decode what the sources decode.</summary>
[Collection(nameof(PackageCollection))]
public sealed class ConsumerTests(Consumers consumers)
{
    [Fact]
    public void Build_OfAllProjects_HasNoWarning() => consumers.Build.Succeeded();

    [Fact]
    public void Restore_OfAllProjects_TookThePackagesOfTheFeed()
    {
        consumers.Build.Succeeded();
        Assert.All(
            (string[])["kvcompose", "kvcompose.models", "kvcompose.ilgpu"],
            package => Assert.True(File.Exists(Path.Combine(consumers.Feed.Unpacked, package, consumers.Feed.Version, $"{package}.nuspec")), package));
    }

    [Fact]
    public async Task Run_ConsoleWithNullableOff_DecodesFiveTokens()
    {
        consumers.Build.Succeeded();
        string tokens = (await consumers.RunAsync("PlainConsole", Repository.Model)).Succeeded();
        Assert.Equal(consumers.Expected, tokens);
        Assert.Equal(5, tokens.Split(' ').Length);
    }

    [Fact]
    public async Task Run_ConsoleWithADevice_HasKernelsForIlgpuAlone()
    {
        consumers.Build.Succeeded();
        string[] lines = (await consumers.RunAsync("DeviceConsole", Repository.Model)).Succeeded().Split('\n', StringSplitOptions.TrimEntries);
        long scratch = 4 * 2 * 2 * (32 + 2); // heads, splits, query heads of each, a row and its two statistics
        Assert.Equal([consumers.Expected, scratch.ToString(System.Globalization.CultureInfo.InvariantCulture), "Kernels", "ILGPU"], lines);
    }

    [Fact]
    public async Task Run_TestProject_Passes()
    {
        consumers.Build.Succeeded();
        CommandResult run = await Command.DotnetAsync(
            consumers.FolderOf("UnitTests"),
            ["test", "-c", "Release", "--no-build", "--nologo"],
            new Dictionary<string, string> { ["EXPECTED_TOKENS"] = consumers.Expected, ["MODEL_FOLDER"] = Repository.Model });
        Assert.Contains("Passed:     1", run.Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WebApplication_AnswersARequest()
    {
        const string Listening = "Now listening on: ";
        consumers.Build.Succeeded();
        using Process server = Command.Start(
            consumers.FolderOf("WebApp"),
            ["exec", Path.Combine("bin", "Release", "net10.0", "WebApp.dll"), "--urls", "http://127.0.0.1:0", "--model", Repository.Model]);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            string? line;
            do
            {
                line = await server.StandardOutput.ReadLineAsync(limit.Token);
            }
            while (line is not null && !line.Contains(Listening, StringComparison.Ordinal));

            Assert.NotNull(line);
            string address = line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim();
            using var client = new HttpClient();
            Assert.Equal(consumers.Expected, await client.GetStringAsync(address + "/tokens", limit.Token));
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }
}
