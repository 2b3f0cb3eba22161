namespace KvCompose.Evaluation.Tests.Needle;

public class NeedleScoreTests
{
    [Fact]
    public void Add_SeveralAnswers_AveragesAllButThePeak()
    {
        var score = new NeedleScore();
        score.Add(Answer(exact: true, tokens: 10, held: 100, peak: 400, first: 3, step: 1));
        score.Add(Answer(exact: false, tokens: 20, held: 301, peak: 300, first: 5, step: 2));
        score.Add(Answer(exact: true, tokens: 30, held: 200, peak: 200, first: 7, step: 6));
        Assert.Equal(3, score.Answers);
        Assert.Equal(2.0 / 3, score.Accuracy, 12);
        Assert.Equal(20, score.TokensKept, 12);
        Assert.Equal(200, score.BytesHeld);
        Assert.Equal(400, score.PeakBytes);
        Assert.Equal(5, score.TimeToFirstTokenMs, 9);
        Assert.Equal(3, score.PerTokenMs, 9);
    }

    [Fact]
    public void Figures_BeforeTheFirstAnswer_AreZero()
    {
        var score = new NeedleScore();
        Assert.Equal(0, score.Accuracy + score.TokensKept + score.BytesHeld + score.PeakBytes + score.TimeToFirstTokenMs + score.PerTokenMs);
    }

    private static NeedleAnswer Answer(bool exact, double tokens, long held, long peak, double first, double step)
        => new([], exact, new CacheUsage(tokens, held, held, 0), peak, TimeSpan.FromMilliseconds(first), TimeSpan.FromMilliseconds(step));
}
