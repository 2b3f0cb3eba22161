using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Results;

public class EvaluationSummaryTests
{
    private static readonly EvaluationSummary Summary = EvaluationSummary.Of(SomeCells.Setting, SomeCells.Table(), 20e9);

    [Fact]
    public void Of_Cells_PutsTheBaselineFirst() => Assert.Equal(["Full", "Some"], Summary.Rows.Select(row => row.Pipeline));

    [Fact]
    public void Of_Scores_AreAveragedByTaskAndLengthAndComparedWithTheBaseline()
    {
        Accuracy accuracy = Summary.Rows[1].Agnostic!;
        Assert.Equal(0.5, accuracy.Score.Mean, 9);
        Assert.Equal(-0.5, accuracy.Difference.Mean, 9);
        Assert.Null(Summary.Rows[1].Aware);
    }

    [Fact]
    public void Of_Costs_AreThoseOfTheLongestLength()
    {
        PipelineSummary row = Summary.Rows[1];
        Assert.Equal((4000, 4500, 3, 121), (row.Cost.BytesHeld, row.Cost.PeakBytes, row.Cost.PerTokenMs, row.Cost.FirstTokenMs));

        // 21 ms after at the first token, 14 ms saved at every other: the second.
        Assert.Equal(2, row.BreakEvenTokens);
        Assert.Equal(0, Summary.Rows[0].BreakEvenTokens);
    }

    [Fact]
    public void Of_Steps_AreFittedOverLengths()
    {
        // 24 000 more bytes take 12 ms more: 2 MB/s; 8000 of them 4 ms of 5.
        CostLine line = Assert.NotNull(Summary.Rows[0].Line);
        Assert.Equal((1, 2e6), (Math.Round(line.FixedMs, 6), Math.Round(line.BytesPerSecond, 3)));
    }

    [Fact]
    public void Of_TaskThatTheBaselineLacks_IsLeftOut()
        => Assert.Equal(0.5, EvaluationSummary.Of(SomeCells.Setting, [.. SomeCells.Table(), SomeCells.Cell("Some", [1], task: "other")], 0).Rows[1].Agnostic!.Score.Mean, 9);
}
