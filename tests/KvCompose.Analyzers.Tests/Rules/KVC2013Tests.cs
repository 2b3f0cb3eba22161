namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2013Tests
{
    [Fact]
    public async Task Budget_OfASelectionThatKeepsEverything_IsReported()
        => Assert.Equal("Stage 'UniformBudget' has no effect because selection 'FullCache' keeps every token; a selection that drops tokens states Lossy = true in its facts", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, FullCache, {|KVC2013:UniformBudget(Tokens = 100)|}] partial class Chat;"));

    [Theory]
    [InlineData("KvPipeline, SnapKv, UniformBudget")]
    [InlineData("KvPipeline, FullCache, Fp16Storage")]
    public async Task Stage_WithAnEffect_IsNot(string attributes)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [" + attributes + "] partial class Chat;");

    [Fact]
    public async Task Pipeline_WithAStageWithoutEffect_IsGenerated() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        [KvPipeline, FullCache, {|KVC2013:UniformBudget|}] partial class Chat { int tokens = Plan.PageTokens; }
        """);
}
