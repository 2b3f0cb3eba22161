namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2060Tests
{
    [Theory]
    [InlineData("KvPipeline", "IceCache", 32)]
    [InlineData("KvPipeline(PageTokens = 64)", "Quest", 64)]
    [InlineData("KvPipeline(PageTokens = 32)", "ArkVale", 32)]
    public async Task Pages_OfAnotherSizeThanTheStageMoves_AreReported(string pipeline, string stage, int pageTokens)
        => Assert.Equal($"'{stage}' moves pages of 16 tokens, but this pipeline's pages hold {pageTokens}", await Check.SingleMessageAsync(
            "using KvCompose; [" + pipeline + ", UniformBudget(Tokens = 64), StreamingLlm, {|KVC2060:" + stage + "|}] partial class Chat;"));

    [Theory]
    [InlineData("KvPipeline(PageTokens = 16), UniformBudget(Tokens = 64), StreamingLlm, IceCache")]
    [InlineData("KvPipeline(PageTokens = 64), UniformBudget(Tokens = 64), StreamingLlm")]
    public async Task Pages_OfTheSizeThatIsMoved_AreNot(string stages)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [" + stages + "] partial class Chat;");

    [Fact]
    public async Task StageOfAUser_SaysSoInItsFacts()
        => await Check.Analyzers.VerifyAsync("""
            using KvCompose;
            [StageFacts(PageTokens = 48)] struct Archive : IResidency<Archive> { public static void Place(in Archive options, in PlacementContext context) { } }
            [KvPipeline(PageTokens = 48), UniformBudget(Tokens = 64), StreamingLlm, Residency<Archive>] partial class Fits;
            [KvPipeline, UniformBudget(Tokens = 64), StreamingLlm, {|KVC2060:Residency<Archive>|}] partial class DoesNot;
            """);
}
