namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2021Tests
{
    [Theory]
    [InlineData("{|KVC2027:TokenSelectivePropagation(Rate = 0.2)|}, {|KVC2021:UniformBudget(Ratio = 0.5)|}, SnapKv")]
    [InlineData("{|KVC2027:TokenSelectivePropagation(Rate = 0.4)|}, TokenSelectivePropagation(Layer = 20, Rate = 0.5), {|KVC2021:UniformBudget(Ratio = 0.5)|}, SnapKv")]
    [InlineData("{|KVC2027:TokenSelectivePropagation(Rate = 0.2)|}, UniformBudget(Ratio = 0.2), SnapKv")]
    [InlineData("TokenSelectivePropagation(Tokens = 2048), UniformBudget(Ratio = 0.5), SnapKv")]
    public async Task Retention_AboveThePropagation_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found.Where(static diagnostic => diagnostic.Id == "KVC2021"), static diagnostic => Assert.Equal(
            "Budget 'UniformBudget' keeps 0.5 of the prompt, but only 0.2 of it propagates past 'TokenSelectivePropagation', and all of that is kept",
            diagnostic.GetMessage()));
    }
}
