namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2015Tests
{
    [Theory]
    [InlineData("{|KVC2015:CakeBudget(Tokens = 512)|}, AdaKvHeads, CakeIndicator")]
    [InlineData("CakeBudget(Tokens = 512), CakeIndicator")]
    [InlineData("UniformBudget, AdaKvHeads, CakeIndicator")]
    public async Task Cascade_BesideAHeadRole_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "Budget 'CakeBudget' shrinks all heads of a finished layer alike, which would undo what 'AdaKvHeads' gave them",
            diagnostic.GetMessage()));
    }
}
