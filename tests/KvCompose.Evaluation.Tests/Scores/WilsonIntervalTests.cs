namespace KvCompose.Evaluation.Tests.Scores;

public sealed class WilsonIntervalTests
{
    /// <summary>With none right the upper end is z²/(n + z²); with all right it is the mirror image.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(200)]
    public void Of_NoneOrAll_HasAWidth(int answers)
    {
        double end = 3.841458820694124 / (answers + 3.841458820694124);
        ConfidenceInterval none = WilsonInterval.Of(0, answers), all = WilsonInterval.Of(answers, answers);
        Assert.Equal((0, 0), (none.Mean, none.Low));
        Assert.Equal(end, none.High, 12);
        Assert.Equal(1 - end, all.Low, 12);
        Assert.Equal((1, 1), (all.Mean, Math.Round(all.High, 12)));
    }

    /// <summary>The ends solve (p − share)² = z²·p·(1 − p)/n, the equation that defines them.</summary>
    [Theory]
    [InlineData(3, 8)]
    [InlineData(15, 16)]
    [InlineData(70, 100)]
    public void Of_Some_EndsSolveTheScoreEquation(int right, int answers)
    {
        ConfidenceInterval interval = WilsonInterval.Of(right, answers);
        foreach (double p in (double[])[interval.Low, interval.High])
        {
            Assert.Equal(Math.Pow(p - ((double)right / answers), 2), 3.841458820694124 * p * (1 - p) / answers, 12);
        }

        Assert.InRange(interval.Mean, interval.Low, interval.High);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 3)]
    [InlineData(4, 3)]
    public void Of_ImpossibleCounts_AreRefused(int right, int answers)
        => Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(right, answers));
}
