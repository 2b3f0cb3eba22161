using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2062Tests
{
    [Theory]
    [InlineData("DenseLayers = {|KVC2062:4|}")]
    [InlineData("DenseLayers = {|KVC2062:9|}")]
    [InlineData("DenseLayers = 3")]
    public async Task DenseLayers_AsManyAsTheModelHas_AreReported(string option)
    {
        var harness = Check.Analyzers with
        {
            Project = new TestProject { AdditionalFiles = [new AdditionalSource("layer.json", """{ "layers": 4, "layer": 2 }""")] },
        };
        var found = await harness.VerifyAsync(
            "using KvCompose; [KvPipeline(PageTokens = 16), {|KVC2025:TokenSelectivePropagation(Profile = \"layer.json\", Tokens = 2048)|}, UniformBudget(Tokens = 64), SnapKv, "
            + "{|KVC2024:IceCache(" + option + ")|}] partial class Chat;");
        Assert.All(found.Where(diagnostic => diagnostic.Id == "KVC2062"), diagnostic => Assert.EndsWith(
            "layers resident, and the model of profile 'layer.json' has 4", diagnostic.GetMessage()));
    }
}
