using System.Text.RegularExpressions;
using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Tasks;

public class InfiniteBenchTests
{
    [Fact]
    public void PassKey_Text_StatesTheKeyOnceAtItsDepth()
        => Assert.All(Texts.Some(new PassKey(), 2000, 10), sample =>
        {
            TaskQuestion question = sample.Questions[0];
            Assert.Equal(1, Texts.Occurrences(sample.Context, $"The pass key is {question.Answers[0]}. Remember it. {question.Answers[0]} is the pass key.\n"));
            double place = sample.Context.IndexOf("The pass key", StringComparison.Ordinal) / (double)sample.Context.Length;
            Assert.InRange(question.Depth!.Value, place - 0.15, place + 0.15);
        });

    [Theory]
    [InlineData("The key is 12345, not 99999", 1)]
    [InlineData("99999 or 12345", 0)]
    [InlineData("123456", 0)]
    [InlineData("", 0)]
    public void PassKey_Score_IsTheFirstRunOfDigits(string prediction, double score) => Assert.Equal(score, new PassKey().Score(prediction, ["12345"]));

    [Fact]
    public void NumberString_Key_HasTenDigitsThatRepeatNeighbours()
        => Assert.All(Texts.Some(new NumberString(), 1000, 20), sample =>
        {
            string key = sample.Questions[0].Answers[0];
            Assert.Equal(10, key.Length);

            // Every copy stands beside its digit, so five of the nine neighbours are equal at least.
            Assert.InRange(key.Zip(key[1..]).Count(pair => pair.First == pair.Second), 5, 9);
        });

    [Fact]
    public void KeyValueRetrieval_LookingUpTheKey_GivesTheAnswer()
        => Assert.All(Texts.Some(new KeyValueRetrieval(), 400, 5), sample =>
        {
            string json = sample.Context[sample.Context.IndexOf('{', StringComparison.Ordinal)..];
            string key = Regex.Match(sample.Questions[0].Text, "Key: \"(.*)\"").Groups[1].Value;
            var pairs = System.Text.Json.JsonDocument.Parse(json).RootElement;
            Assert.Equal(pairs.GetProperty(key).GetString(), sample.Questions[0].Answers[0]);
        });

    [Theory]
    [InlineData("\"abc-1\".", 1)]
    [InlineData("it is:abc-1,", 1)]
    [InlineData("abc-12", 0)]
    public void KeyValueRetrieval_Score_WantsTheWholeWord(string prediction, double score)
        => Assert.Equal(score, new KeyValueRetrieval().Score(prediction, ["abc-1"]));
}
