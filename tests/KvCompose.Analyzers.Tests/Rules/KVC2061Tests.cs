namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2061Tests
{
    [Theory]
    [InlineData("Quest", 200, 8)]
    [InlineData("IceCache", 31, 15)]
    public async Task Budget_OfNoWholePages_IsReported(string stage, int tokens, int unused)
        => Assert.Equal(
            $"'{stage}' retrieves {tokens} tokens, which is not a multiple of its 16-token pages: full pages leave {unused} of them unused",
            await Check.SingleMessageAsync(
                "using KvCompose; [KvPipeline(PageTokens = 16), UniformBudget(Tokens = 64), StreamingLlm, " + stage + "(Tokens = {|KVC2061:" + tokens
                + "|})] partial class Chat;"));

    [Theory]
    [InlineData("ArkVale")]
    [InlineData("IceCache(Tokens = 16)")]
    public async Task Budget_OfWholePages_IsNot(string stage)
        => await Check.Analyzers.VerifyAsync(
            "using KvCompose; [KvPipeline(PageTokens = 16), UniformBudget(Tokens = 64), StreamingLlm, " + stage + "] partial class Chat;");
}
