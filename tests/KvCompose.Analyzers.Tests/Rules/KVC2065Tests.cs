namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2065Tests
{
    [Theory]
    [InlineData("IceCache")]
    [InlineData("Quest")]
    [InlineData("ArkVale")]
    public async Task Prefetch_WithoutAGroup_IsReported(string stage)
    {
        var found = await Check.Analyzers.VerifyAsync($$"""
            using KvCompose;
            [KvPipeline(PageTokens = 16), UniformBudget(Tokens = 64), StreamingLlm, {{stage}}(Tokens = 64, Prefetch = {|KVC2065:true|})] partial class Chat;
            """);
        Assert.Equal(
            $"'{stage}' is set to prefetch, but every layer chooses its own pages: set ReuseGroup to 2 or more",
            Assert.Single(found, diagnostic => diagnostic.Id == "KVC2065").GetMessage());
    }
}
