namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2023Tests
{
    [Theory]
    [InlineData("TokenSelectivePropagation(Tokens = 2048), UniformBudget(Tokens = 512), {|KVC2023:H2o(Evict = false)|}")]
    [InlineData("GemFilter(Tokens = 2048), UniformBudget(Tokens = 512), H2o")]
    [InlineData("UniformBudget(Tokens = 512), H2o")]
    public async Task AccumulationOverAllRows_BesideAPropagation_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found.Where(static diagnostic => diagnostic.Id == "KVC2023"), static diagnostic => Assert.Equal(
            "Stage 'H2o' counts on every token of the prompt, but 'TokenSelectivePropagation' lets only some reach the deeper layers",
            diagnostic.GetMessage()));
    }

    [Fact]
    public async Task OwnStageOfFullHeads_BesideAPropagation_IsReported()
        => Assert.StartsWith("Stage 'Whole' counts on every token of the prompt", await Check.SingleMessageAsync("""
            using System;
            using KvCompose;
            [StageFacts(WholePrompt = true)]
            struct Whole : IHeadRole<Whole>
            {
                public static void Assign(in Whole options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) => roles.Fill(HeadRole.Full);
            }
            [KvPipeline, TokenSelectivePropagation(Tokens = 2048), UniformBudget(Tokens = 512), {|KVC2023:HeadRole<Whole>|}, SnapKv]
            partial class Chat;
            """));
}
