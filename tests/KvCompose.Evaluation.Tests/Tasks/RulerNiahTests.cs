using System.Text.RegularExpressions;
using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Tasks;

public class RulerNiahTests
{
    [Fact]
    public void All_OfTheFamily_AreRulersTable()
        => Assert.Equal(
            [
                "niah_single_1 Repeat Words→Number 1/1/1", "niah_single_2 Essay Words→Number 1/1/1", "niah_single_3 Essay Words→Uuid 1/1/1",
                "niah_multikey_1 Essay Words→Number 4/1/1", "niah_multikey_2 Needles Words→Number 1/1/1", "niah_multikey_3 Needles Uuid→Uuid 1/1/1",
                "niah_multivalue Essay Words→Number 1/4/1", "niah_multiquery Essay Words→Number 4/1/4",
            ],
            RulerNiah.All(EssayText.MadeUp).Select(task => $"{task.Name} {task.Haystack} {task.Key}→{task.Value} {task.Keys}/{task.ValuesOfKey}/{task.Queries}"));

    [Theory]
    [InlineData("niah_single_1", 1, 1)]
    [InlineData("niah_single_3", 1, 1)]
    [InlineData("niah_multikey_1", 4, 1)]
    [InlineData("niah_multivalue", 4, 4)]
    [InlineData("niah_multiquery", 4, 4)]
    public void Context_OfATask_HoldsItsNeedlesAndTheirAnswers(string name, int needles, int answers)
        => Assert.All(Texts.Some(Task(name), 2000, 10), sample =>
        {
            Assert.Equal(needles, Texts.Occurrences(sample.Context, "One of the special magic "));
            Assert.Equal(answers, sample.Questions[0].Answers.Count);
            Assert.All(sample.Questions[0].Answers, answer => Assert.Equal(1, Texts.Occurrences(sample.Context, $" is: {answer}.")));
        });

    [Fact]
    public void Prompt_OfOneValue_IsInTheSingularButForTheNeedle()
    {
        string prompt = Texts.Prompt(Texts.Some(Task("niah_single_1"), 300, 1)[0]);
        Match key = Regex.Match(prompt, "One of the special magic numbers for ([a-z]+-[a-z]+) is: ([1-9][0-9]{6})[.]");
        Assert.True(key.Success);
        Assert.StartsWith(
            "A special magic number is hidden within the following text. Make sure to memorize it. I will quiz you about the number afterwards.\n",
            prompt, StringComparison.Ordinal);
        Assert.EndsWith(
            $"\nWhat is the special magic number for {key.Groups[1]} mentioned in the provided text?"
            + $" The special magic number for {key.Groups[1]} mentioned in the provided text is", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompt_OfSeveralQueries_ListsThemInThePlural()
        => Assert.Matches(
            "\nWhat are all the special magic numbers for [a-z]+-[a-z]+, [a-z]+-[a-z]+, [a-z]+-[a-z]+, and [a-z]+-[a-z]+ mentioned in the provided text[?]"
            + " The special magic numbers for .* mentioned in the provided text are$", Texts.Prompt(Texts.Some(Task("niah_multiquery"), 2000, 1)[0]));

    [Fact]
    public void Haystack_OfNeedles_ConsistsOfNothingElse()
        => Assert.All(Texts.Some(Task("niah_multikey_3"), 1000, 3), sample => Assert.All(
            sample.Context.Split('\n')[1..],
            line => Assert.Matches("^One of the special magic uuids for [0-9a-f-]{36} is: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}[.]$", line)));

    [Fact]
    public void Depth_OfManySamples_CoversTheTextAndSaysWhereTheNeedleIs()
    {
        TaskSample[] samples = Texts.Some(Task("niah_single_2"), 1000, 60);
        Assert.All(samples, sample =>
        {
            double found = sample.Context.IndexOf(sample.Questions[0].Answers[0], StringComparison.Ordinal) / (double)sample.Context.Length;
            Assert.InRange(sample.Questions[0].Depth!.Value, found - 0.05, found + 0.05);
        });
        Assert.InRange(samples.Min(sample => sample.Questions[0].Depth!.Value), 0, 0.1);
        Assert.InRange(samples.Max(sample => sample.Questions[0].Depth!.Value), 0.9, 1);
    }

    [Fact]
    public void Size_OfTheNeedleHaystack_GrowsInStepsOf25Lines()
    {
        // A line has 10 words; introduction, question and prefix have 23 + 11 + 10; the answer counts 128. 4096 − 172 leave 392 lines: the
        // needle, and 375 distractors in steps of 25.
        Assert.Equal(376, Texts.Some(Task("niah_multikey_2"), 4096, 1)[0].Context.Split('\n').Length - 1);
    }

    private static RulerNiah Task(string name) => RulerNiah.All(EssayText.MadeUp).Single(task => task.Name == name);
}
