namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2107Tests
{
    [Theory]
    [InlineData("KvPipeline(HeadDim = 64), {|KVC2107:MaxCacheBytes(1000)|}, FullCache", "it names no model")]
    [InlineData("KvPipeline(Model = \"config.json\", PageTokens = 16), {|KVC2107:MaxCacheBytes(1000)|}, UniformBudget(Tokens = 512), SnapKv, IceCache", "no option of 'IceCache' has a role")]
    [InlineData("KvPipeline(PageTokens = 16), {|KVC2107:MaxCacheBytes(1000)|}, UniformBudget(Tokens = 512), SnapKv, IceCache", "no option of 'IceCache' has a role")]
    public async Task Limit_WithoutAnythingToCompareWith_IsReported(string attributes, string problem)
        => Assert.Contains(problem, Assert.Single(await ModelFiles.With().VerifyAsync("using KvCompose; [" + attributes + "] partial class Chat;")).GetMessage());

    [Fact]
    public async Task Limit_OfAnOpenPipeline_IsComparedWhenASessionIsOpened()
        => Assert.Empty(await ModelFiles.With().VerifyAsync("using KvCompose; [KvPipeline, MaxCacheBytes(1000), FullCache] partial class Chat;"));
}
