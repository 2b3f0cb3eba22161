using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2101Tests
{
    [Theory]
    [InlineData("{|KVC2101:KvPipeline|}", "IceCache", "'IceCache' needs pages of 16 tokens, but 'Chat' has pages of 32")]
    [InlineData("KvPipeline(PageTokens = {|KVC2101:64|})", "Quest", "'Quest' needs pages of 16 tokens, but 'Chat' has pages of 64")]
    public async Task PagesOfAnotherSize_AreReportedWhereTheyAreStated(string pipeline, string residency, string message)
        => Assert.Equal(message, await Check.SingleMessageAsync(
            "using KvCompose; [" + pipeline + ", UniformBudget(Tokens = 512), SnapKv, " + residency + "] partial class Chat;"));

    [Fact]
    public async Task TwoStagesOfDifferentSizes_AreReportedAtTheSecond()
        => Assert.Equal("'Quest' needs pages of 16 tokens, but 'Wide' has pages of 32", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline, LayerBudget<Wide>, SnapKv, {|KVC2101:Quest|}] partial class Chat;
            [LayerBudgetFacts(Provides = StageProducts.LayerBudgets, PageTokens = 32)]
            struct Wide : ILayerBudget<Wide>
            {
                public static void Allocate(in Wide options, in LayerBudgetContext context, System.Span<int> budgets) => budgets[context.Layer] = 96;
            }
            """));

    [Theory]
    [InlineData("KvPipeline", "KvPipeline(PageTokens = 16)")]
    [InlineData("KvPipeline(HeadDim = 64, PageTokens = 48)", "KvPipeline(HeadDim = 64, PageTokens = 16)")]
    public async Task Fix_SetsThePagesOfThePipeline(string before, string after)
        => await Check.Fix(new SetNearestValueFix()).VerifyAsync(
            "using KvCompose; [" + Marked(before) + ", UniformBudget(Tokens = 512), SnapKv, Quest] partial class Chat;",
            "using KvCompose; [" + after + ", UniformBudget(Tokens = 512), SnapKv, Quest] partial class Chat;");

    private static string Marked(string pipeline)
        => pipeline.Contains("48") ? pipeline.Replace("48", "{|KVC2101:48|}") : "{|KVC2101:" + pipeline + "|}";
}
