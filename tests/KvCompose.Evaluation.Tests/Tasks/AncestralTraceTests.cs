using System.Globalization;
using System.Text.RegularExpressions;
using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Tasks;

public class AncestralTraceTests
{
    [Fact]
    public void Answers_OfManySamples_FollowFromTheSentences()
    {
        var kinds = new HashSet<string>();
        foreach (TaskSample sample in Texts.Some(new AncestralTrace(), 400, 60))
        {
            var parent = new Dictionary<string, string>();
            foreach (Match sentence in Regex.Matches(sample.Context, "^(.+) is (.+)'s (father|mother|parent)[.]$", RegexOptions.Multiline))
            {
                parent.Add(sentence.Groups[2].Value, sentence.Groups[1].Value);
            }

            string question = sample.Questions[0].Text, answer = sample.Questions[0].Answers[0];
            Assert.True(int.IsPow2(parent.Count));
            kinds.Add(question[1..14]);
            Match asked = Regex.Match(question, "of (.+) ([0-9]+) generations above");
            if (asked.Success)
            {
                Assert.Equal(Up(parent, asked.Groups[1].Value, int.Parse(asked.Groups[2].Value, CultureInfo.InvariantCulture)), answer);
            }
            else if ((asked = Regex.Match(question, "of (.+) ([0-9]+) generations below")).Success)
            {
                Assert.Equal(asked.Groups[1].Value, Up(parent, answer, int.Parse(asked.Groups[2].Value, CultureInfo.InvariantCulture)));
            }
            else if ((asked = Regex.Match(question, "eldest ancestor of (.+) that")).Success)
            {
                Assert.DoesNotContain(answer, parent.Keys);
                Assert.Contains(answer, Enumerable.Range(1, parent.Count).Select(steps => Up(parent, asked.Groups[1].Value, steps)));
            }
            else
            {
                asked = Regex.Match(question, "between (.+) and the descendant (.+), a parent");
                Assert.Equal(asked.Groups[1].Value, Up(parent, asked.Groups[2].Value, int.Parse(answer, CultureInfo.InvariantCulture)));
            }
        }

        Assert.Equal(["How many gene", "Who is the an", "Who is the de", "Who is the el"], kinds.Order());
    }

    [Theory]
    [InlineData(@"first \boxed{Bob}, then \boxed{ Ann Oak }", 1)]
    [InlineData(@"\boxed{Ann Oak} or \boxed{Bob}", 0)]
    [InlineData("Ann Oak", 0)]
    public void Score_WantsTheLastBox(string prediction, double score) => Assert.Equal(score, new AncestralTrace().Score(prediction, ["Ann Oak"]));

    private static string? Up(Dictionary<string, string> parent, string person, int steps)
    {
        string? at = person;
        for (int i = 0; i < steps; i++)
        {
            at = at is not null && parent.TryGetValue(at, out string? above) ? above : null;
        }

        return at;
    }
}
