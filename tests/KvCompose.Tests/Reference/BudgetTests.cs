using KvCompose.Reference;
using PlainPyramidKv = KvCompose.Reference.PyramidKv;
using PlainAdaKv = KvCompose.Reference.AdaKv;
using PlainHeadKv = KvCompose.Reference.HeadKv;

namespace KvCompose.Tests.Reference;

public class BudgetTests
{
    [Theory]
    [InlineData(180, 0.35, 62)]
    [InlineData(90, 0.7, 62)]
    [InlineData(300, 0.1, 30)]
    public void TokenBudget_Rate_TruncatesADoubleProduct(int tokens, double rate, int expected) =>
        Assert.Equal(expected, TokenBudget.Proportional(rate).Of(tokens));

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void TokenBudget_RateOutsideTheUnitInterval_IsRefused(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenBudget.Proportional(rate));

    [Fact]
    public void PyramidKv_LongPrompt_FallsLinearly() =>
        // base 20, min 5, max 35, step 30 div 4
        Assert.Equal([39, 32, 25, 18, 11], PlainPyramidKv.Capacities(1000, 5, 24, 4, 4));

    [Fact]
    public void PyramidKv_FirstLayerWouldExceedThePrompt_RaisesTheLast() =>
        // base 20, max 35 clamped to 42 − 8, min 6, step 28 div 4
        Assert.Equal([42, 35, 28, 21, 14], PlainPyramidKv.Capacities(42, 5, 28, 8, 4));

    [Theory]
    [InlineData(30, 24)]
    [InlineData(23, 23)]
    [InlineData(3, 3)]
    public void PyramidKv_ShortPrompt_IsUniform(int tokens, int expected) =>
        Assert.Equal([expected, expected, expected], PlainPyramidKv.Capacities(tokens, 3, 24, 4, 4));

    [Fact]
    public void PyramidKv_OneLayer_GetsTheLargestBudget() => Assert.Equal([39], PlainPyramidKv.Capacities(1000, 1, 24, 4, 4));

    [Fact]
    public void AdaKv_OneHeadHoldsTheBestScores_OthersKeepTheFloor()
    {
        double[][] scores = [[0.4, 0.3, 0.2, 0.1], [0.05, 0.04, 0.03, 0.02]];

        Assert.Equal([3, 1], PlainAdaKv.HeadCapacities(scores, 2, 0.5, false));
        Assert.Equal([4, 0], PlainAdaKv.HeadCapacities(scores, 2, 0, false));
        Assert.Equal([2, 2], PlainAdaKv.HeadCapacities(scores, 2, 1, false));
    }

    [Fact]
    public void AdaKv_HalfCapacities_RoundToEven()
    {
        // won 3 and 1: 3·0.5 + 1 = 2.5 and 1·0.5 + 1 = 1.5
        double[][] scores = [[0.4, 0.3, 0.2, 0.0], [0.25, 0.1, 0.1, 0.1]];
        Assert.Equal([2, 2], PlainAdaKv.HeadCapacities(scores, 2, 0.5, false));
    }

    [Fact]
    public void AdaKv_Normalised_FavoursConcentratedHeads()
    {
        // Shares of the best two: 1 and 0.5, so that 0.3 becomes 0.15 and loses to 0.2.
        double[][] scores = [[0.8, 0.2, 0, 0], [0.3, 0.3, 0.3, 0.3]];
        Assert.Equal([1, 3], PlainAdaKv.HeadCapacities(scores, 2, 0, false));
        Assert.Equal([2, 2], PlainAdaKv.HeadCapacities(scores, 2, 0, true));
    }

    [Fact]
    public void HeadKv_FloorDivisionByARate_FollowsTheRemainder() =>
        // 101 fdiv 1.01 = 99: pool 198, everybody's 2; the plain floor would give 201 and 1
        Assert.Equal([[200, 2]], PlainHeadKv.Capacities([[1, 0]], 101 + 8, 8, 1.01));

    [Fact]
    public void HeadKv_EqualScores_GetTheAverage() =>
        Assert.Equal([[56, 56], [56, 56]], PlainHeadKv.Capacities([[3, 3], [3, 3]], 64, 8, 1.2));

    [Fact]
    public void HeadKv_KeyValueHeads_TakeTheMeanOrTheMaximumOfTheirGroup()
    {
        var layout = new HeadLayout(4, 2, 8);
        Assert.Equal([15, 40], PlainHeadKv.KeyValueHeadCapacities(layout, [10, 20, 30, 50], GroupReduction.Mean));
        Assert.Equal([20, 50], PlainHeadKv.KeyValueHeadCapacities(layout, [10, 20, 30, 50], GroupReduction.Max));
    }

    [Fact]
    public void HeadKv_TableWithoutInformation_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => PlainHeadKv.Capacities([], 64, 8, 1.2));
        Assert.Throws<ArgumentException>(() => PlainHeadKv.Capacities([[1], [1, 2]], 64, 8, 1.2));
        Assert.Throws<ArgumentException>(() => PlainHeadKv.Capacities([[0, 0]], 64, 8, 1.2));
        Assert.Throws<ArgumentException>(() => PlainHeadKv.Capacities([[double.NaN, 1]], 64, 8, 1.2));
    }
}
