namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2020Tests
{
    [Theory]
    [InlineData("TokenSelectivePropagation(Layer = 15, Tokens = 4096), TokenSelectivePropagation(Layer = {|KVC2020:15|}, Tokens = 2048), UniformBudget(Tokens = 512), SnapKv")]
    [InlineData("TokenSelectivePropagation(Tokens = 4096), {|KVC2020:TokenSelectivePropagation(Tokens = 2048)|}, UniformBudget(Tokens = 512), SnapKv")]
    [InlineData("TokenSelectivePropagation(Layer = 14, Tokens = 4096), TokenSelectivePropagation(Layer = 15, Tokens = 2048), UniformBudget(Tokens = 512), SnapKv")]
    public async Task Layers_OfTwoPropagations_MustAscend(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found.Where(static diagnostic => diagnostic.Id == "KVC2020"), static diagnostic => Assert.Equal(
            "Stage 'TokenSelectivePropagation' acts at layer 15, but must act after layer 15 of the stage declared before it",
            diagnostic.GetMessage()));
    }

    [Fact]
    public async Task Layers_InTheWrongOrder_AreReportedAtTheSecond()
        => Assert.Equal("Stage 'TokenSelectivePropagation' acts at layer 3, but must act after layer 9 of the stage declared before it",
            await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline, TokenSelectivePropagation(Layer = 9, Tokens = 4096), TokenSelectivePropagation(Layer = {|KVC2020:3|}, Tokens = 2048)]
            [UniformBudget(Tokens = 512), SnapKv]
            partial class Chat;
            """));
}
