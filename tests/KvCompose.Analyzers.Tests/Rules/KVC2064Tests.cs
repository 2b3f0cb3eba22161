namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2064Tests
{
    [Theory]
    [InlineData("UniformBudget(Tokens = 64), SnapKv", "SnapKv")]
    [InlineData("PyramidBudget(Tokens = 64), StreamingLlm", "PyramidBudget")]
    public async Task ReuseGroup_LayersThatMayDiffer_AreReported(string others, string cause)
    {
        var found = await Check.Analyzers.VerifyAsync($$"""
            using KvCompose;
            [KvPipeline(PageTokens = 16), {{others}}, IceCache(Tokens = 64, ReuseGroup = {|KVC2064:3|})] partial class Chat;
            """);
        Assert.Equal(
            $"'IceCache' shares its pages among 3 layers, but '{cause}' does not select the same tokens in each",
            Assert.Single(found, diagnostic => diagnostic.Id == "KVC2064").GetMessage());
    }

    [Fact]
    public Task ReuseGroup_TokensByPosition_IsFine()
        => Check.Analyzers.VerifyAsync("""
            using KvCompose;
            [KvPipeline(PageTokens = 16), UniformBudget(Tokens = 64), StreamingLlm, IceCache(Tokens = 64, ReuseGroup = 3, Prefetch = true)] partial class Chat;
            """);
}
