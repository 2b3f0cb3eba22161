namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2008Tests
{
    [Theory]
    [InlineData("{|KVC2008:UniformBudget(Tokens = 31)|}, SnapKv", 31, 32)]
    [InlineData("{|KVC2008:UniformBudget(Tokens = 63)|}, SnapKv(Window = 64)", 63, 64)]
    [InlineData("{|KVC2008:UniformBudget(Tokens = 3)|}, StreamingLlm", 3, 4)]
    public async Task Budget_BelowSinksAndWindow_IsReported(string stages, int budget, int kept)
        => Assert.Equal($"Budget of 'UniformBudget' is {budget} tokens, but {kept} tokens are protected (sinks and window)",
            await Check.SingleMessageAsync("using KvCompose; [KvPipeline, " + stages + "] partial class Chat;"));

    [Theory]
    [InlineData("UniformBudget(Tokens = 33), SnapKv")]
    [InlineData("UniformBudget(Tokens = 0), SnapKv(Window = 64)")]
    [InlineData("UniformBudget(Ratio = 0.001), SnapKv(Window = 1024)")]
    public async Task Budget_OfAtLeastThose_OrUndecided_IsNot(string stages)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + stages + "] partial class Chat;");

    [Fact]
    public async Task Budget_BesideABudgetStageWithItsOwnWindow_CountsWhatTheSelectionKeeps() => await Check.Analyzers.VerifyAsync("""
        using System;
        using KvCompose;
        [KvPipeline, LayerBudget<Watched>, SnapKv(Window = 32)] partial class Chat;
        [LayerBudgetFacts(Provides = StageProducts.LayerBudgets)]
        struct Watched : ILayerBudget<Watched>
        {
            [StageOption(40, Role = OptionRole.Budget)] public int Tokens { get; init; }
            [StageOption(32, Role = OptionRole.Window)] public int Window { get; init; }
            public static void Allocate(in Watched options, in LayerBudgetContext context, Span<int> budgets) { }
        }
        """);
}
