using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Tasks;

/// <summary>What holds for all tasks.</summary>
public class EveryTaskTests
{
    private static readonly EvaluationTask[] All =
    [
        .. RulerTasks.All(), new AncestralTrace(), new PassKey(), new NumberString(), new KeyValueRetrieval(), new MultiQuestion(EssayText.MadeUp),
        .. NeedleDialect.All(EmbeddedNeedle.Vocabulary, EmbeddedNeedle.Tokenizer),
    ];

    public static TheoryData<string> Names => [.. All.Select(task => task.Name)];

    [Fact]
    public void Names_OfAllTasks_Differ() => Assert.Equal(All.Length, All.Select(task => task.Name).Distinct().Count());

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_AnyLength_FitIntoIt(string name)
    {
        EvaluationTask task = Task(name);
        int answer = name == "fwe" ? 0 : task.AnswerTokens;
        foreach (int length in (int[])[1000, 3000, 5000])
        {
            TextExtent extent = Texts.Words(length);
            Assert.All(Texts.Some(task, length, 5), sample => Assert.InRange(extent.Needed(sample, answer), length / 4, length));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_SameSeed_AreTheSame(string name)
    {
        string[] Prompts(ulong seed) => [.. Texts.Some(Task(name), 1500, 3, seed).Select(Texts.Prompt)];
        Assert.Equal(Prompts(7), Prompts(7));
        Assert.NotEqual(Prompts(7), Prompts(8));
        Assert.Equal(3, Prompts(7).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Score_RightAnswer_IsOneAndWrongAnswerZero(string name)
    {
        TaskSample sample = Texts.Some(Task(name), 1500, 1)[0];
        string right = string.Join(", ", sample.Questions[0].Answers);
        Assert.Equal(1, Task(name).Score(name == "ancestral_trace" ? $"so it is \\boxed{{{right}}}." : $"{right}.", sample.Questions[0].Answers));
        Assert.Equal(0, Task(name).Score("no idea", sample.Questions[0].Answers));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_LengthOfAFewTokens_AreRefusedByName(string name)
    {
        TextTooShortException problem = Assert.Throws<TextTooShortException>(() => Texts.Some(Task(name), 5, 1));
        Assert.Equal((name, 5), (problem.Task, problem.Tokens));
        Assert.InRange(problem.Least, 6, 1000);
        Assert.Contains($"'{name}'", problem.Message, StringComparison.Ordinal);
    }

    private static EvaluationTask Task(string name) => All.Single(task => task.Name == name);
}
