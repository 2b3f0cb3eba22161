using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>A budget below the protected tokens keeps these and no others; an option that another one overrides is refused.</summary>
public class BudgetFloorTests
{
    [Theory]
    [InlineData(0.001, 8)] // ⌊250 · 0.001⌋ = 0
    [InlineData(0.03, 8)] // 7, the window is 8
    [InlineData(0.032, 8)]
    [InlineData(0.04, 10)]
    public void Prefill_RatioBelowTheWindow_KeepsTheWindow(double ratio, int kept)
    {
        using var model = new TestModel(2, 4, 2, 32, 111);
        using KvSession session = WindowAverage.Open(model, new() { LayerBudget = new() { Ratio = ratio } });
        session.Prefill(model.Prompt(250, 1));
        for (int head = 0; head < 2; head++)
        {
            int[] positions = session.Positions(1, head);
            Assert.Equal(kept, positions.Length);
            Assert.Equal(Enumerable.Range(242, 8), positions[^8..]);
        }

        session.Step([1]);
        Assert.Equal(kept + 1, session.Positions(0, 0).Length);
    }

    [Fact]
    public void Prefill_ShorterThanTheWindow_KeepsEverything()
    {
        using var model = new TestModel(2, 4, 2, 32, 112);
        using KvSession session = WindowAverage.Open(model, new() { LayerBudget = new() { Ratio = 0.03 } });
        session.Prefill(model.Prompt(6, 1));
        Assert.Equal(Enumerable.Range(0, 6), session.Positions(1, 1));
    }

    [Fact]
    public void Prefill_SinksAlone_AreKeptWhereTheRatioHoldsNoMore()
    {
        using var model = new TestModel(2, 4, 2, 32, 113);
        using KvSession session = SinksAndRecent.Open(model, new() { LayerBudget = new() { Ratio = 0.001 } });
        session.Prefill(model.Prompt(250, 1));
        Assert.Equal([0, 1, 2, 3], session.Positions(1, 1));
    }

    [Fact]
    public void Decode_RatioBelowTheWindow_StaysAtTheWindow()
    {
        using var model = new TestModel(2, 4, 2, 32, 114);
        using KvSession session = HeavyHitters.Open(model, new() { LayerBudget = new() { Ratio = 0.001 } });
        session.Prefill(model.Prompt(250, 1));
        int window = session.Positions(0, 0).Length;
        Assert.Equal(Enumerable.Range(250 - window, window), session.Positions(1, 1));
        for (int step = 0; step < 20; step++)
        {
            session.Step([step]);
        }

        Assert.Equal(Enumerable.Range(270 - window, window), session.Positions(1, 1).Order());
    }

    [Theory]
    [InlineData(0.003, 1)] // ⌊250 · 0.003⌋ = 0
    [InlineData(0.004, 1)]
    [InlineData(0.02, 5)]
    public void Prefill_SecondPassOfATinyRate_IsOfAtLeastOneToken(double rate, int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 115);
        using KvSession session = GemFilterPrompt.Open(model, new() { Propagation = new() { Layer = 1, Rate = rate } });
        session.Prefill(model.Prompt(250, 1));
        Assert.Equal(tokens, session.Length());
        Assert.Equal(Enumerable.Range(0, tokens), session.Positions(1, 1));
    }

    [Fact]
    public void Open_WithAnOptionThatAnotherOverrides_IsRefused()
    {
        using var model = new TestModel(2, 4, 2, 32, 116);
        AssertRefused("Ratio", "Tokens is 64", new() { Tokens = 64, Ratio = 0.1 });
        AssertRefused("Ratio", "Kibibytes is 900", new() { Kibibytes = 900, Ratio = 0.1 });
        AssertRefused("Kibibytes", "Tokens is 64", new() { Tokens = 64, Kibibytes = 900 });
        StageOptionException thrown = Assert.Throws<StageOptionException>(
            () => GemFilterPrompt.Open(model, new() { Propagation = new() { Layer = 1, Tokens = 60, Rate = 0.7 } }));
        Assert.Equal("Rate", thrown.Option);

        // What was declared is not given again.
        UniformBudget declared = new WindowAverage.Options().LayerBudget;
        Assert.NotEqual(0, declared.Ratio);
        WindowAverage.Open(model, new() { LayerBudget = declared with { Tokens = 50 } }).Dispose();
        WindowAverage.Open(model, new() { LayerBudget = declared with { Tokens = 0, Ratio = 0.7 } }).Dispose();

        void AssertRefused(string option, string decides, UniformBudget budget)
        {
            StageOptionException thrown = Assert.Throws<StageOptionException>(() => WindowAverage.Open(model, new() { LayerBudget = budget }));
            Assert.Equal(option, thrown.Option);
            Assert.Contains(decides, thrown.Message, StringComparison.Ordinal);
        }
    }
}
