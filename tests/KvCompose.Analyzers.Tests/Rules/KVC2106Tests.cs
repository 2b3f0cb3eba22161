namespace KvCompose.Analyzers.Tests.Rules;

/// <summary>A page of 32 tokens is 16512 bytes and takes 32 · 516; the model has 128 tables: a page each takes 2113536 bytes.</summary>
public class KVC2106Tests
{
    [Theory]
    [InlineData("{|KVC2106:MaxCacheBytes(4000000)|}, UniformBudget(Tokens = 64), SnapKv", "4227072 bytes after a prompt of 33 tokens, more than its limit of 4000000")]
    [InlineData("MaxCacheBytes(4227072), UniformBudget(Tokens = 64), SnapKv", null)]
    [InlineData("{|KVC2106:MaxCacheBytes(2200000)|}, UniformBudget(Ratio = 0.5), SnapKv", "4227072 bytes after a prompt of 66 tokens")]
    [InlineData("{|KVC2106:MaxCacheBytes(100000000)|}, UniformBudget(Ratio = 0.5), SnapKv", "101449728 bytes after a prompt of 3010 tokens")]
    [InlineData("MaxCacheBytes(100000000, PromptTokens = 3000), UniformBudget(Ratio = 0.5), SnapKv", null)]
    [InlineData("{|KVC2106:MaxCacheBytes(100000000)|}, FullCache", "101449728 bytes after a prompt of 1505 tokens")]
    [InlineData("{|KVC2106:MaxCacheBytes(4227072)|}, UniformBudget(Tokens = 64), AdaKvHeads, SnapKv", "6274560 bytes after a prompt of 65 tokens")]
    [InlineData("MaxCacheBytes(8388608), UniformBudget(Kibibytes = 8192), SnapKv", null)]
    public async Task Limit_IsComparedWithThePagesOfEveryPrompt(string attributes, string? problem)
    {
        var found = await ModelFiles.With().VerifyAsync("using KvCompose; [KvPipeline(Model = \"config.json\"), " + attributes + "] partial class Chat;");
        Assert.Equal(problem is null ? 0 : 1, found.Length);
        Assert.All(found, diagnostic => Assert.Contains(problem!, diagnostic.GetMessage()));
    }

    [Fact]
    public async Task Kibibytes_BelowWhatIsAlwaysKept_AreReported()
        => Assert.Equal("Budget of 'UniformBudget' is 0 tokens, but 32 tokens are protected (sinks and window)", Assert.Single(await ModelFiles.With().VerifyAsync(
            "using KvCompose; [KvPipeline(Model = \"config.json\"), UniformBudget(Kibibytes = {|KVC2008:1024|}), SnapKv] partial class Chat;")).GetMessage());
}
