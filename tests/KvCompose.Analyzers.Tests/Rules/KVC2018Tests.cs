namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2018Tests
{
    [Theory]
    [InlineData("WindowSum", "WindowSum")]
    [InlineData("WindowVariance", "WindowVariance")]
    [InlineData("AllRowsSum", "AllRowsSum")]
    [InlineData("KeyNorm", "KeyNorm")]
    public async Task TokenStatistic_ThatTheFactsDoNotObserve_IsReported(string property, string statistic)
        => Assert.Equal(
            $"Stage 'Own' reads '{property}', which is 0 because its facts do not observe AttentionStatistics.{statistic}",
            await Check.SingleMessageAsync(Source("", $"{{|KVC2018:token.{property}|}}")));

    [Theory]
    [InlineData("[TokenSelectionFacts(Observes = AttentionStatistics.KeyNorm)]", "token.KeyNorm")]
    [InlineData("[TokenSelectionFacts(Observes = AttentionStatistics.WindowSum | AttentionStatistics.KeyNorm)]", "token.WindowSum + token.KeyNorm")]
    [InlineData("", "token.Position + token.PromptTokens")]
    public async Task TokenStatistic_ThatIsObservedOrAlwaysThere_IsNot(string facts, string score)
        => await Check.Analyzers.VerifyAsync(Source(facts, score));

    [Fact]
    public async Task TokenStatistic_ReadInANestedHelper_IsReported() => await Check.Analyzers.VerifyAsync("""
        using KvCompose;
        readonly struct Own : ITokenSelection<Own>
        {
            public static float Score(in Own options, in TokenStatistics token) => Helper.Twice(token);
            private static class Helper { public static float Twice(TokenStatistics token) => 2 * {|KVC2018:token.KeyNorm|}; }
        }
        """);

    [Fact]
    public async Task LayerStatistic_ThatTheFactsDoNotObserve_IsReported() => await Check.Analyzers.VerifyAsync("""
        using System;
        using KvCompose;
        [LayerBudgetFacts(Provides = StageProducts.LayerBudgets, Observes = AttentionStatistics.WindowVariance)]
        readonly struct Own : ILayerBudget<Own>
        {
            public static void Allocate(in Own options, in LayerBudgetContext context, Span<int> budgets)
                => budgets.Fill((int)(context.Statistics[0].Tokens + context.Statistics[0].Variance + {|KVC2018:context.Statistics[0].Entropy|}));
        }
        """);

    [Fact]
    public async Task TokenStatistic_OutsideOfAStage_IsNot() => await Check.Analyzers.VerifyAsync(
        "using KvCompose; static class Report { public static float Of(TokenStatistics token) => token.WindowSum; }");

    private static string Source(string facts, string score) => $$"""
        using KvCompose;
        {{facts}}
        readonly struct Own : ITokenSelection<Own>
        {
            public static float Score(in Own options, in TokenStatistics token) => {{score}};
        }
        """;
}
