using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Tasks;

public class MultiQuestionTests
{
    [Fact]
    public void Samples_Questions_AreAboutDifferentFactsOfOneContext()
        => Assert.All(Texts.Some(new MultiQuestion(EssayText.MadeUp, 5), 2000, 5), sample =>
        {
            Assert.Equal(8, Texts.Occurrences(sample.Context, "One of the special magic numbers"));
            Assert.Equal(5, sample.Questions.Select(question => question.Answers.Single()).Distinct().Count());
            Assert.All(sample.Questions, question => Assert.Contains($" is: {question.Answers[0]}.", sample.Context, StringComparison.Ordinal));
        });

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Constructor_MoreQuestionsThanFactsOrNone_IsRefused(int questions)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new MultiQuestion(EssayText.MadeUp, questions));
}
