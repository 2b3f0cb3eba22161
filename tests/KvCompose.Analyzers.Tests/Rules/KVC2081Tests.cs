namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2081Tests
{
    [Fact]
    public async Task Preset_OfAnotherBudget_IsReported()
        => Assert.Equal("'Llama2_7B_128' is tuned for a budget of 128 tokens, but 'CakeBudget' has 1024", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, CakeBudget(Tuning = {|KVC2081:CakeTuning.Llama2_7B_128|}), CakeIndicator] partial class Chat;"));

    [Theory]
    [InlineData("CakeBudget(Tuning = CakeTuning.Llama2_7B_1024)")]
    [InlineData("CakeBudget(Tokens = 128, Tuning = CakeTuning.Llama2_7B_128)")]
    [InlineData("CakeBudget(Tokens = 500)")]
    public async Task Preset_OfItsOwnBudget_IsNot(string budget)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + budget + ", CakeIndicator] partial class Chat;");
}
