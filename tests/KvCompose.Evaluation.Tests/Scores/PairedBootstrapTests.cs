namespace KvCompose.Evaluation.Tests.Scores;

public class PairedBootstrapTests
{
    [Fact]
    public void Mean_EqualScores_HasNoWidth()
        => Assert.Equal(new ConfidenceInterval(0.5, 0.5, 0.5), PairedBootstrap.Mean([[0.5, 0.5], [0.5, 0.5, 0.5]]));

    [Fact]
    public void Mean_TasksOfDifferentSizes_CountTheSame() => Assert.Equal(0.5, PairedBootstrap.Mean([[1], [0, 0, 0]]).Mean);

    [Fact]
    public void Mean_ManyCoinTosses_IsAsWideAsTheirStandardErrorSays()
    {
        // 400 scores, half of them 1: standard error 0.5 / 20 = 0.025, and 1.96 of it to either side.
        ConfidenceInterval interval = PairedBootstrap.Mean([[.. Enumerable.Range(0, 400).Select(i => (double)(i % 2))]]);
        Assert.InRange(interval.Low, 0.5 - 0.055, 0.5 - 0.043);
        Assert.InRange(interval.High, 0.5 + 0.043, 0.5 + 0.055);
    }

    [Fact]
    public void Difference_AlwaysTheSame_ExcludesZeroHoweverNoisyTheScores()
    {
        double[] baseline = [.. Enumerable.Range(0, 50).Select(i => i % 2 * 0.5)];
        ConfidenceInterval interval = PairedBootstrap.Difference([[.. baseline.Select(score => score + 0.1)]], [baseline]);
        Assert.Equal(0.1, interval.Mean, 9);
        Assert.True(interval.ExcludesZero);
    }

    [Fact]
    public void Difference_NoSystem_IncludesZero()
        => Assert.False(PairedBootstrap.Difference([[1, 0, 1, 0, 1, 0]], [[0, 1, 0, 1, 0, 1]]).ExcludesZero);

    [Fact]
    public void Difference_OtherQuestions_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Difference([[1, 0]], [[1]]));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Mean([[]]));
    }
}
