namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2022Tests
{
    [Theory]
    [InlineData("{|KVC2022:TokenSelectivePropagation(Tokens = 256)|}, UniformBudget(Tokens = 512), SnapKv")]
    [InlineData("TokenSelectivePropagation(Tokens = 512), UniformBudget(Tokens = 512), SnapKv")]
    public async Task FewerTokens_ThanAreKept_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found.Where(static diagnostic => diagnostic.Id == "KVC2022"), static diagnostic => Assert.Equal(
            "Stage 'TokenSelectivePropagation' propagates 256 tokens, fewer than the 512 that 'UniformBudget' keeps: deeper layers keep all they get, and a prompt of a length between the two is shortened although no layer compresses it",
            diagnostic.GetMessage()));
    }
}
