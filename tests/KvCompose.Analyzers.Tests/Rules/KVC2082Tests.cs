namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2082Tests
{
    [Theory]
    [InlineData("{|KVC2082:CakeBudget(Tokens = 32)|}", "CakeIndicator", "'CakeBudget' is 32 tokens, all of them protected, so 'CakeIndicator'")]
    [InlineData("{|KVC2082:UniformBudget(Tokens = 7)|}", "StreamingLlm(Sinks = 7)", "'UniformBudget' is 7 tokens, all of them protected, so 'StreamingLlm'")]
    public async Task Budget_OfWhatIsAlwaysKept_IsReported(string budget, string selection, string said)
        => Assert.Equal($"Budget of {said} selects nothing", await Check.SingleMessageAsync(
            $"using KvCompose; [KvPipeline, {budget}, {selection}] partial class Chat;"));

    [Theory]
    [InlineData("CakeBudget(Tokens = 36), CakeIndicator")]
    [InlineData("UniformBudget, SnapKv")]
    [InlineData("TokenSelectivePropagation(Tokens = 32), UniformBudget, SnapKv")]
    public async Task Budget_WithTokensToChoose_IsNot(string stages)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + stages + "] partial class Chat;");
}
