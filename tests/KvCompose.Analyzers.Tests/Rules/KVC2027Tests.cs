namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2027Tests
{
    [Theory]
    [InlineData(0.2, 0.1, 80)]
    [InlineData(0.35, 0.25, 32)]
    [InlineData(0.5, 1, 16)]
    public async Task Rates_ImplyAShortestPrompt(double onward, double kept, int shortest)
    {
        string above = kept > onward ? "{|KVC2021:UniformBudget(Ratio = " : "UniformBudget(Ratio = ";
        var found = await Check.Analyzers.VerifyAsync(FormattableString.Invariant(
            $"using KvCompose; [KvPipeline, {{|KVC2027:TokenSelectivePropagation(Rate = {onward})|}}, {above}{kept}){(kept > onward ? "|}" : "")}, SnapKv(Window = 8)] partial class Chat;"));
        Assert.Equal(
            $"Of prompts of fewer than {shortest} tokens a rate is less than the 8 protected tokens: layers keep these, and propagation cuts nothing",
            found.Single(static diagnostic => diagnostic.Id == "KVC2027").GetMessage());
    }

    [Fact]
    public async Task Numbers_DoNot() => await Check.Analyzers.VerifyAsync(
        "using KvCompose; [KvPipeline, TokenSelectivePropagation(Tokens = 2048), UniformBudget(Tokens = 512), SnapKv] partial class Chat;");
}
