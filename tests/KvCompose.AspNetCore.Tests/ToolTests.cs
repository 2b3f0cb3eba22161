using System.Text.Json.Nodes;
using KvCompose.Tool;
using Spectre.Console;

namespace KvCompose.AspNetCore.Tests;

/// <summary>The command kvcompose.</summary>
public sealed class ToolTests
{
    private static readonly string Model = System.IO.Path.Combine(AppContext.BaseDirectory, "models", "needle");

    [Fact]
    public async Task Inspect_Json_SaysTheShape()
    {
        (int code, string output, _) = await RunAsync("inspect", Model, "--json");
        JsonNode report = JsonNode.Parse(output)!;
        JsonNode configuration = JsonNode.Parse(await File.ReadAllTextAsync(System.IO.Path.Combine(Model, "config.json")))!;
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal((int)configuration["num_hidden_layers"]!, (int)report["layers"]!);
        Assert.Equal((int)configuration["num_key_value_heads"]!, (int)report["keyValueHeads"]!);
    }

    [Fact]
    public async Task Plan_Json_CountsEveryPipeline()
    {
        (int code, string output, string error) = await RunAsync("plan", Model, "--tokens", "512", "--threads", "1", "--json");
        JsonNode report = JsonNode.Parse(output)!;
        Assert.True(code == ExitCode.Done, error);
        long full = (long)report["bytesFullCache"]!;
        Dictionary<string, long> held = report["pipelines"]!.AsArray().ToDictionary(static one => (string)one!["name"]!, static one => (long)one!["bytesHeld"]!);
        Assert.Equal(PipelineTable.All.Select(static pipeline => pipeline.Name), held.Keys);
        Assert.InRange(held["full"], full, full * 1.2);
        Assert.InRange(held["snap"], full / 10, full / 4);
    }

    [Theory]
    [InlineData("nosuch")]
    [InlineData("serve", "--model", "x", "--host", "0.0.0.0")]
    [InlineData("serve", "--model", "x", "--port", "99999")]
    [InlineData("chat", "--model", "x", "--pipeline", "nosuch")]
    public async Task Run_WrongArguments_EndsWithTwoAndOneLine(params string[] arguments)
    {
        (int code, _, string error) = await RunAsync(arguments);
        Assert.Equal(ExitCode.WrongArguments, code);
        Assert.NotEmpty(error.Trim());
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_NoModel_EndsWithOneAndOneLine()
    {
        (int code, _, string error) = await RunAsync("inspect", System.IO.Path.Combine(Model, "nosuch.gguf"));
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("nosuch.gguf", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        int code = await KvComposeCommand.RunAsync(arguments, console, TextReader.Null, error);
        return (code, output.ToString(), error.ToString());
    }
}
