using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2023Tests
{
    /// <summary>One head in each of eight layers.</summary>
    private const string HeadScores = """{ "0-0": 1, "1-0": 1, "2-0": 1, "3-0": 1, "4-0": 1, "5-0": 1, "6-0": 1, "7-0": 1 }""";

    [Theory]
    [InlineData("TokenSelectivePropagation(Tokens = 2048), UniformBudget(Tokens = 512), {|KVC2023:H2o(Evict = false)|}")]
    [InlineData("GemFilter(Tokens = 2048), UniformBudget(Tokens = 512), H2o")]
    [InlineData("UniformBudget(Tokens = 512), H2o")]
    public async Task AccumulationOverAllRows_BesideAPropagation_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found.Where(static diagnostic => diagnostic.Id == "KVC2023"), static diagnostic => Assert.Equal(
            "Stage 'H2o' needs every token of the prompt in every layer, but 'TokenSelectivePropagation' propagates only some to the deeper layers",
            diagnostic.GetMessage()));
    }

    [Fact]
    public async Task RetrievalHeads_BesideAPropagation_AreReported()
    {
        var harness = Check.Analyzers with { Project = new TestProject { AdditionalFiles = [new AdditionalSource("gates.json", HeadScores)] } };
        var found = await harness.VerifyAsync("""
            using KvCompose;
            [KvPipeline, TokenSelectivePropagation(Layer = 4, Tokens = 2048), {|KVC2023:DuoAttentionHeads(Profile = "gates.json")|}, SnapKv]
            partial class Chat;
            """);
        Assert.StartsWith("Stage 'DuoAttentionHeads' needs every token", Assert.Single(found).GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OwnStageOfFullHeads_BesideAPropagation_IsReported()
        => Assert.StartsWith("Stage 'Whole' needs every token of the prompt", await Check.SingleMessageAsync("""
            using System;
            using KvCompose;
            [HeadRoleFacts(WholePrompt = true)]
            struct Whole : IHeadRole<Whole>
            {
                public static void Assign(in Whole options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) => roles.Fill(HeadRole.Full);
            }
            [KvPipeline, TokenSelectivePropagation(Tokens = 2048), UniformBudget(Tokens = 512), {|KVC2023:HeadRole<Whole>|}, SnapKv]
            partial class Chat;
            """));
}
