namespace KvCompose.Evaluation.Tests.Costs;

public class CostTests
{
    [Fact]
    public void Fit_PointsOnALine_GivesTheLine()
    {
        // 0.5 ms and 2 GB/s: a million bytes take another 0.5 ms.
        CostLine line = Assert.NotNull(CostLine.Fit([(1e6, 1.0), (2e6, 1.5), (4e6, 2.5)]));
        Assert.Equal(0.5, line.FixedMs, 9);
        Assert.Equal(2e9, line.BytesPerSecond, 0);
    }

    [Fact]
    public void Fit_NothingToFit_IsNull()
    {
        Assert.Null(CostLine.Fit([(1e6, 1)]));
        Assert.Null(CostLine.Fit([(1e6, 1), (1.1e6, 2)]));
        Assert.Null(CostLine.Fit([(1e6, 2), (2e6, 1)]));
    }

    [Theory]
    [InlineData(130, 2, 100, 5, 10.0)]
    [InlineData(101, 2, 100, 5, 1.0)]
    [InlineData(90, 2, 100, 5, 0.0)]
    [InlineData(130, 6, 100, 5, null)]
    [InlineData(90, 6, 100, 5, null)]
    public void OutputTokens_ExtraFirstTokenOverSavedStep_IsRoundedUp(
        double firstToken, double perToken, double fullFirstToken, double fullPerToken, double? expected)
        => Assert.Equal(expected, BreakEven.OutputTokens(firstToken, perToken, fullFirstToken, fullPerToken));
}
