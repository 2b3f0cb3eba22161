namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2019Tests
{
    [Theory]
    [InlineData("UniformBudget(Tokens = 64, Ratio = {|KVC2019:0.5|}), SnapKv", "UniformBudget", "Tokens", "Ratio")]
    [InlineData("UniformBudget(Ratio = {|KVC2019:0.5|}, Kibibytes = 4096), SnapKv", "UniformBudget", "Kibibytes", "Ratio")]
    [InlineData("UniformBudget(Kibibytes = {|KVC2019:4096|}, Tokens = 64), SnapKv", "UniformBudget", "Tokens", "Kibibytes")]
    [InlineData(
        "UniformBudget(Tokens = 64), SnapKv, TokenSelectivePropagation(Layer = 3, Tokens = 128, Rate = {|KVC2019:0.2|})",
        "TokenSelectivePropagation", "Tokens", "Rate")]
    public async Task SecondBudget_OfAStage_IsReportedAtItsValue(string attributes, string stage, string first, string second)
        => Assert.Equal(
            $"Stage '{stage}' states both '{first}' and '{second}', but only one of them can decide how many tokens stay; state one",
            await Check.SingleMessageAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;"));

    [Theory]
    [InlineData("UniformBudget(Tokens = 0, Ratio = 0.5), SnapKv")]
    [InlineData("UniformBudget(Ratio = 0.5, Kibibytes = 0), SnapKv")]
    [InlineData("UniformBudget(Tokens = 64), SnapKv")]
    public async Task Zero_WhichLeavesTheDecision_IsNot(string attributes)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
}
