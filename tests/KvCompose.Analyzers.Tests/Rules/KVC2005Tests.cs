namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2005Tests
{
    private const string Score = "public static float Score(in Mine options, in TokenStatistics token) => 0;";

    [Fact]
    public async Task Stage_WhoseNeedNobodyProvides_IsReportedAtItsAttribute()
        => Assert.Equal("Stage 'ByScore' needs token scores, which no other stage of 'Chat' provides", await Check.SingleMessageAsync("""
            using System;
            using KvCompose;
            [KvPipeline, StreamingLlm, UniformBudget]
            [{|KVC2005:HeadRole<ByScore>|}]
            public partial class Chat;
            [HeadRoleFacts(Needs = StageProducts.TokenScores)]
            public struct ByScore : IHeadRole<ByScore>
            {
                public static void Assign(in ByScore options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) { }
            }
            """));

    [Theory]
    [InlineData("TokenScores | StageProducts.BackingStore", "token scores", "a backing store")]
    [InlineData("RankedOrder | StageProducts.BackingStore", "kept tokens in score order", "a backing store")]
    public async Task Stage_WithSeveralUnmetNeeds_IsReportedForEach(string needs, string first, string second)
    {
        var found = await Check.Analyzers.VerifyAsync($$"""
            using KvCompose;
            [KvPipeline, {|KVC2005:{|KVC2005:TokenSelection<Mine>|}|}] public partial class Chat;
            [TokenSelectionFacts(Needs = StageProducts.{{needs}})]
            public struct Mine : ITokenSelection<Mine> { {{Score}} }
            """);
        var messages = found.Select(diagnostic => diagnostic.GetMessage()).ToList();
        Assert.Contains(messages, message => message.Contains($"needs {first}, which"));
        Assert.Contains(messages, message => message.Contains($"needs {second}, which"));
    }

    [Theory]
    [InlineData("WindowSum")]
    [InlineData("WindowVariance")]
    [InlineData("LayerEntropy")]
    public async Task Stage_ThatObservesRowsOfASelectionWithoutWindow_IsReported(string statistic)
        => Assert.Equal("Stage 'Mine' needs a window of observed rows, which no other stage of 'Chat' provides", await Check.SingleMessageAsync($$"""
            using KvCompose;
            [KvPipeline, {|KVC2005:TokenSelection<Mine>|}] public partial class Chat;
            [TokenSelectionFacts(Lossy = true, Observes = AttentionStatistics.{{statistic}})]
            public struct Mine : ITokenSelection<Mine> { {{Score}} }
            """));

    [Fact]
    public async Task Stage_ThatAsksForTheVarianceOfOneRow_IsReported()
        => Assert.Equal("Stage 'CakeBudget' needs a window of at least two observed rows, which no other stage of 'Chat' provides",
            await Check.SingleMessageAsync("using KvCompose; [KvPipeline, {|KVC2005:CakeBudget|}, SnapKv(Window = 1)] partial class Chat;"));

    [Fact]
    public async Task Propagation_OverASelectionThatScoresNothing_IsReported()
        => Assert.Equal("Stage 'Halve' needs token scores, which no other stage of 'Chat' provides", await Check.SingleMessageAsync("""
            using KvCompose;
            [KvPipeline, FullCache, {|KVC2005:Propagation<Halve>|}] public partial class Chat;
            public struct Halve : IPropagation<Halve>
            {
                public static int Count(in Halve options, in PropagationContext context) => context.Tokens / 2;
            }
            """));

    [Fact]
    public async Task Stage_WhoseNeedsAreMet_IsNot() => await Check.Analyzers.VerifyAsync("""
        using System;
        using KvCompose;
        [KvPipeline, SnapKv, UniformBudget, HeadRole<ByScore>]
        public partial class Chat;
        [HeadRoleFacts(Needs = StageProducts.TokenScores | StageProducts.LayerBudgets)]
        public struct ByScore : IHeadRole<ByScore>
        {
            public static void Assign(in ByScore options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) { }
        }
        """);
}
