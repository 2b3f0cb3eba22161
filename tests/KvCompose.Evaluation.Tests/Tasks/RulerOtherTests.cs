using System.Text.RegularExpressions;
using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Tasks;

/// <summary>vt, cwe and fwe: the answers are worked out from the text, as a reader would.</summary>
public class RulerOtherTests
{
    [Fact]
    public void VariableTracking_FollowingTheChain_GivesTheAnswers()
        => Assert.All(Texts.Some(new RulerVariableTracking(), 1500, 10), sample =>
        {
            string text = sample.Context[sample.Context.LastIndexOf("Memorize and track", StringComparison.Ordinal)..];
            string asked = Regex.Match(sample.Questions[0].Text, "assigned the value ([1-9][0-9]{4}) in").Groups[1].Value;
            var known = new List<string>();
            foreach (Match assignment in Regex.Matches(text, "VAR ([A-Z]{5}) = (VAR )?([A-Z0-9]{5}) "))
            {
                string source = assignment.Groups[3].Value;
                Assert.True(source == asked || known.Contains(source));
                known.Add(assignment.Groups[1].Value);
            }

            Assert.Equal(5, known.Count);
            Assert.Equal(known, sample.Questions[0].Answers);
        });

    [Fact]
    public void VariableTracking_Prompt_BeginsWithAWorkedExample()
    {
        TaskSample sample = Texts.Some(new RulerVariableTracking(), 1500, 1)[0];
        Assert.Matches("5 variables are assgined the value [0-9]{5}, they are: ([A-Z]{3} ){4}[A-Z]{3}\n\nMemorize", sample.Context);
        Assert.EndsWith("they are: ", sample.Questions[0].AnswerPrefix, StringComparison.Ordinal);
        Assert.DoesNotContain(". \n", sample.Context, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2000, 6, 1)]
    [InlineData(6000, 30, 3)]
    public void CommonWords_CountingTheList_GivesTheAnswers(int length, int often, int seldom)
        => Assert.All(Texts.Some(new RulerCommonWords(), length, 5), sample =>
        {
            string list = sample.Context[sample.Context.LastIndexOf("Below is", StringComparison.Ordinal)..].Split('\n')[1];
            MatchCollection items = Regex.Matches(list, "([0-9]+)[.] ([a-z]+)");
            Assert.Equal(Enumerable.Range(1, items.Count).Select(i => $"{i}"), items.Select(item => item.Groups[1].Value));
            ILookup<int, string> counted = items.GroupBy(item => item.Groups[2].Value).ToLookup(word => word.Count(), word => word.Key);
            Assert.Equal([seldom, often], counted.Select(count => count.Key).Order());
            Assert.Equal(counted[often].Order(), sample.Questions[0].Answers.Order());
            Assert.Equal(10, sample.Questions[0].Answers.Count);
        });

    [Fact]
    public void FrequentWords_CountingTheText_GivesTheAnswers()
        => Assert.All(Texts.Some(new RulerFrequentWords(), 2000, 5), sample =>
        {
            string[] words = sample.Context.Split("coded words. ")[1].Split(' ');
            string[] ranked = [.. words.GroupBy(word => word).OrderByDescending(word => word.Count()).Select(word => word.Key)];
            Assert.Equal("...", ranked[0]);
            Assert.Equal(ranked[1..4], sample.Questions[0].Answers);
        });

    [Fact]
    public void FrequentWords_Occurrences_FallWithTheSquareOfTheRank()
    {
        // 1000 / ζ(2) = 607.9; a quarter and a ninth of it.
        Assert.Equal([607, 151, 67], Enumerable.Range(1, 3).Select(rank => RulerFrequentWords.Occurrences(1000, rank)));
    }
}
