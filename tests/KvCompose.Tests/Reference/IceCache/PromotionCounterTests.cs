using KvCompose.Reference.IceCache;

namespace KvCompose.Tests.Reference.IceCache;

public class PromotionCounterTests
{
    [Fact]
    public void Take_SmallShares_PromotesWhenTheCounterSaysSo()
    {
        var counter = new PromotionCounter(0.5f, 0.5f);
        int[] levels = [.. Enumerable.Range(0, 9).Select(_ => counter.Take())];

        // 1/p = 2: the second token of the top level opens the next one; a lower level promotes once it holds twice as
        // many as the level above it.
        Assert.Equal([0, 0, 1, 0, 1, 2, 0, 1, 2], levels);
        Assert.Equal([4, 3, 2], counter.Counts);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1.5f)]
    [InlineData(float.NaN)]
    public void Constructor_ShareOutsideItsRange_Throws(float share)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new PromotionCounter(share, 0.2f));
}
