using KvCompose.Reference.HeteroCache;

namespace KvCompose.Tests.Reference.HeteroCache;

public class HeteroCacheBudgetTests
{
    [Fact]
    public void Capacity_ProductJustBelowAnInteger_DependsOnThePrecision()
    {
        Assert.Equal(56, HeadBudget.Capacity(100, 0.57, 120));
        Assert.Equal(57, HeadBudget.CapacityInSingle(100, 0.57, 120));
    }

    [Fact]
    public void Capacity_WeightAboveTheRest_IsClippedAtThePrompt()
    {
        Assert.Equal(48, HeadBudget.Capacity(35, 2.4, 48));
        Assert.Equal(0, HeadBudget.Capacity(35, 0, 48));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.61)]
    [InlineData(1)]
    public void Base_NoFullHead_IsTheShareOfThePrompt(double ratio) =>
        Assert.Equal((int)(ratio * 1000), HeadBudget.Base(ratio, 64, 0, 1000));

    [Fact]
    public void Base_EveryHeadFull_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => HeadBudget.Base(0.9, 8, 8, 100));

    [Fact]
    public void RequireRoom_FullHeadsTakeTheRatio_IsRefused()
    {
        HeadProfile profile = HeteroCacheSample.OneStar(1, 1, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => HeadBudget.RequireRoom(0.49, profile));
        HeadBudget.RequireRoom(0.5, profile);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void LayerBudget_RandomWeights_MeetsTheRatioToARoundingTokenAHead(int seed)
    {
        var random = new Random(seed);
        double[] weights = [.. Enumerable.Range(0, 7).Select(_ => 0.5 + random.NextDouble())];
        double sum = weights.Sum();
        HeadProfile profile = HeteroCacheSample.OneStar([.. weights.Select(weight => weight * weights.Length / sum)]);
        foreach (int tokens in new[] { 40, 997, 4096 })
        {
            LayerBudget budget = LayerBudget.Of(profile, 0, 0.5, tokens, PublishedDefects.None);

            // One token a head for its own floor, one for the floor of the base.
            Assert.InRange(budget.Capacity.Sum(), 0.5 * 8 * tokens - 2 * 7, 0.5 * 8 * tokens);
            Assert.Equal(tokens, budget.Capacity[0]);
        }
    }

    [Fact]
    public void LayerBudget_OneTokenPrompt_IsKeptWhole()
    {
        LayerBudget budget = LayerBudget.Of(HeteroCacheSample.OneStar(1, 1, 1), 0, 0.5, 1, PublishedDefects.None);

        Assert.Equal([1, 1, 1, 1], budget.Kept);
    }

    [Fact]
    public void LayerBudget_RatioBelowTheFullHeads_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => LayerBudget.Of(HeteroCacheSample.OneStar(1, 1, 1), 0, 0.1, 100, PublishedDefects.None));

    [Fact]
    public void HeadOrder_MixedClasses_PutsCompressibleFirstAndPivotsLast()
    {
        HeadClass[] classes =
            [HeadClass.Pivot, HeadClass.Satellite, HeadClass.Volatile, HeadClass.Anchor, HeadClass.Satellite, HeadClass.Anchor];

        int[] order = HeadOrder.Of(classes);

        Assert.Equal([3, 5, 1, 4, 2, 0], order);
        Assert.Equal([6, 7, 10, 11, 2, 3, 8, 9, 4, 5, 0, 1], HeadOrder.OfQueryHeads(order, 2));
    }

    [Fact]
    public void PageLedger_Prompt_LaysHeadsOutInPhysicalOrder()
    {
        var ledger = new PageLedger([2, 0, 1], [5, 0, 4], maxNewTokens: 4, pageTokens: 4);

        Assert.Equal([0], ledger.PagesOf(2));
        Assert.Equal([1, 2], ledger.PagesOf(0));
        Assert.Empty(ledger.PagesOf(1));
        Assert.Equal((6, 3), (ledger.TotalPages, ledger.FreePages));
        Assert.Equal((-1, 4, 9), (ledger.FirstRow(1), ledger.FirstRow(0), ledger.Row(0, 5)));
    }

    [Fact]
    public void PageLedger_Growth_TakesPagesAtBordersInPhysicalOrderUntilThePoolIsEmpty()
    {
        var ledger = new PageLedger([2, 0, 1], [5, 0, 4], maxNewTokens: 4, pageTokens: 4);
        int[] lengths = [5, 0, 4];
        for (int token = 0; token < 4; token++)
        {
            ledger.Extend(lengths);
            lengths = [.. lengths.Select(length => length + 1)];
        }

        Assert.Equal([0, 3], ledger.PagesOf(2));
        Assert.Equal([4], ledger.PagesOf(1));
        Assert.Equal([1, 2, 5], ledger.PagesOf(0));
        Assert.Equal(0, ledger.FreePages);
        Assert.Throws<InvalidOperationException>(() => ledger.Extend([9, 4, 8]));
    }
}
