using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2025Tests
{
    [Theory]
    [InlineData(10, "the choice of so early a layer costs accuracy")]
    [InlineData(11, "")]
    [InlineData(29, "")]
    [InlineData(30, "hardly any layer is left that computes less")]
    public async Task Layer_OfAModelWhoseDepthIsKnown_IsDoubtfulNearItsEnds(int layer, string doubt)
    {
        var harness = Check.Analyzers with
        {
            Project = new TestProject { AdditionalFiles = [new AdditionalSource("/profiles/layer.json", $$"""{ "layers": 32, "layer": {{layer}} }""")] },
        };
        string stage = "TokenSelectivePropagation(Profile = \"layer.json\", Tokens = 2048)";
        var found = await harness.VerifyAsync(
            "using KvCompose; [KvPipeline, " + (doubt.Length > 0 ? "{|KVC2025:" + stage + "|}" : stage)
            + ", UniformBudget(Tokens = 512), SnapKv] partial class Chat { object options = new Options().Propagation; }");
        Assert.All(found, diagnostic => Assert.Equal(
            $"Stage 'TokenSelectivePropagation' acts at layer {layer} of 32: {doubt}", diagnostic.GetMessage()));
    }
}
