using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

public class RetrievalScoreTests
{
    [Fact]
    public void OfStep_SomeOfTheHighestOnTheAnswer_CountsThoseAlone()
        => Assert.Equal(0.3 / 2, RetrievalScore.OfStep([0.5f, 0.1f, 0.3f, 0.05f, 0.05f], start: 2, tokens: 2), 1e-6);

    [Fact]
    public void OfStep_AllOnTheAnswer_IsAShareOfOne()
        => Assert.Equal(1.0 / 3, RetrievalScore.OfStep([0, 0.2f, 0.5f, 0.3f], start: 1, tokens: 3), 1e-6);

    [Fact]
    public void OfStep_EqualProbabilities_TheEarlierCounts()
        => Assert.Equal(0, RetrievalScore.OfStep([0.25f, 0.25f, 0.25f, 0.25f], start: 1, tokens: 1));

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(2, 3)]
    public void OfStep_AnswerThatIsNotSeen_Throws(int start, int tokens)
        => Assert.Throws<ArgumentOutOfRangeException>(() => RetrievalScore.OfStep(new float[4], start, tokens));
}
