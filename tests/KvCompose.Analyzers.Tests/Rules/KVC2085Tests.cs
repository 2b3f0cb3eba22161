namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2085Tests
{
    [Theory]
    [InlineData("{|KVC2085:CakeBudget(Tokens = 33)|}, CakeIndicator", 1)]
    [InlineData("{|KVC2085:CakeBudget(Tokens = 35)|}, CakeIndicator", 3)]
    [InlineData("{|KVC2085:UniformBudget(Tokens = 36)|}, CakeIndicator(Kernel = 7)", 4)]
    public async Task Budget_OfLessThanThePooling_IsReported(string stages, int left)
        => Assert.EndsWith($"leaves {left} tokens to choose from, so few that decode-time pooling of 'CakeIndicator' ties their scores",
            await Check.SingleMessageAsync("using KvCompose; [KvPipeline, " + stages + "] partial class Chat;"));

    [Theory]
    [InlineData("CakeBudget(Tokens = 36), CakeIndicator")]
    [InlineData("CakeBudget(Tokens = 33), CakeIndicator(Kernel = 1)")]
    [InlineData("CakeBudget(Tokens = 33), CakeIndicator(DecodePooling = PoolingOrder.None)")]
    [InlineData("CakeBudget(Tokens = 33), CakeIndicator(EvictDuringDecode = false)")]
    [InlineData("UniformBudget(Tokens = 33), SnapKv")]
    public async Task Budget_OfMore_IsNot(string stages)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + stages + "] partial class Chat;");
}
