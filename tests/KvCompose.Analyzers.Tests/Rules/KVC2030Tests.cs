using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2030Tests
{
    private const string Layer = """{ "layers": 32, "layer": 15 }""";

    [Theory]
    [InlineData("other.json", "not among the project's additional files")]
    [InlineData("ayer.json", "not among the project's additional files")]
    [InlineData("layer.json", "the name of several additional files")]
    public async Task Profile_ThatNoOneFileIs_IsReportedAtItsName(string name, string problem)
        => Assert.Equal($"Stage 'TokenSelectivePropagation' names profile '{name}', which is {problem}", Assert.Single(await Files.VerifyAsync(
            "using KvCompose; [KvPipeline, TokenSelectivePropagation(Profile = {|KVC2030:\"" + name
            + "\"|}, Tokens = 2048), UniformBudget(Tokens = 512), SnapKv] partial class Chat;")).GetMessage());

    [Theory]
    [InlineData("one/layer.json")]
    [InlineData("other/layer.json")]
    [InlineData("one\\\\layer.json")]
    public async Task Profile_NamedByEnoughOfItsPath_IsFound(string name)
        => await Files.VerifyAsync(
            "using KvCompose; [KvPipeline, TokenSelectivePropagation(Profile = \"" + name
            + "\", Tokens = 2048), UniformBudget(Tokens = 512), SnapKv] partial class Chat { object options = new Options(); }");

    private static AnalyzerHarness Files => Check.Analyzers with
    {
        Project = new TestProject
        {
            AdditionalFiles = [new AdditionalSource("/home/one/layer.json", Layer), new AdditionalSource("/home/other/layer.json", Layer)],
        },
    };
}
