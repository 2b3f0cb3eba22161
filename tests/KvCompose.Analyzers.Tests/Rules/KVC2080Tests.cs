namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2080Tests
{
    [Fact]
    public async Task Option_BesideAPresetThatDecidesIt_IsReported()
        => Assert.Equal("Option 'Tau2' of 'CakeBudget' has no effect because option 'Tuning' sets it", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, CakeBudget(Tuning = CakeTuning.Qwen25_7B_1024, Tau2 = {|KVC2080:2|}), CakeIndicator] partial class Chat;"));

    [Theory]
    [InlineData("CakeBudget(Tau1 = {|KVC2080:2|}, Tuning = CakeTuning.Qwen25_7B_1024, Tau2 = {|KVC2080:0.5|})")]
    [InlineData("CakeBudget(Tuning = CakeTuning.None, Tau1 = 2)")]
    [InlineData("CakeBudget(Tuning = CakeTuning.Qwen25_7B_1024)")]
    [InlineData("CakeBudget(Tau1 = 2, Tau2 = 2)")]
    public async Task Options_OfEveryMixture_AreReportedOneByOne(string budget)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + budget + ", CakeIndicator] partial class Chat;");

    [Fact]
    public async Task Preset_OfAnOwnStage_IsHeldToTheSame() => await Check.Analyzers.VerifyAsync("""
        using System;
        using KvCompose;
        [KvPipeline, Own(Kind = Kind.Steep, Step = {|KVC2080:3|}), SnapKv] partial class Chat;
        enum Kind { Open, Steep }
        class OwnAttribute : LayerBudgetAttribute<Own> { public Kind Kind { get; set; } public int Step { get; set; } }
        [LayerBudgetFacts(Provides = StageProducts.LayerBudgets)]
        readonly struct Own : ILayerBudget<Own>
        {
            [StageOption(Kind.Open, Decides = [nameof(Step)])] public Kind Kind { get; init; }
            [StageOption(1)] public int Step { get; init; }
            public static void Allocate(in Own options, in LayerBudgetContext context, Span<int> budgets) => budgets.Fill(64);
        }
        """);
}
