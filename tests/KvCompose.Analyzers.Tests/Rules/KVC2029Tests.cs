using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2029Tests
{
    [Fact]
    public async Task Layer_BehindTheModelOfAProfile_IsReported()
    {
        var harness = Check.Analyzers with
        {
            Project = new TestProject { AdditionalFiles = [new AdditionalSource("layer.json", """{ "layers": 32, "layer": 15 }""")] },
        };
        var found = await harness.VerifyAsync("""
            using KvCompose;
            [KvPipeline, TokenSelectivePropagation(Profile = "layer.json", Tokens = 2048)]
            [TokenSelectivePropagation(Layer = {|KVC2029:32|}, Tokens = 1024)]
            [UniformBudget(Tokens = 512), SnapKv]
            partial class Chat;
            """);
        Assert.Equal("Stage 'TokenSelectivePropagation' acts at layer 32, but the model of 'layer.json' has 32", Assert.Single(found).GetMessage());
    }
}
