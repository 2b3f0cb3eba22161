using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Tasks;

/// <summary>The closed-vocabulary tasks with more than one thing to be found: everything that is asked for stands in the text, once.</summary>
public class DialectTaskTests
{
    private static readonly TextExtent s_extent = new(600, text => EmbeddedNeedle.Tokenizer.Encode(text).Length);

    [Fact]
    public void MultiValue_EveryText_HasFourValuesOfTheAskedKey() => ForEverySample("needle_multivalue", (context, question) =>
    {
        string key = question.Text[" what is the number of every ".Length..^" ?".Length];
        string[] ordinals = ["first", "second", "third", "fourth"];
        Assert.Equal(
            question.Answers, ordinals.Select(ordinal => Behind(context, $" the number of the {ordinal} {key} is ", 2)));
    });

    [Fact]
    public void MultiQuery_EveryText_HasOneValueOfEachAskedKey() => ForEverySample("needle_multiquery", (context, question) =>
    {
        string[] keys = question.Text[" what is the number of the ".Length..^" ?".Length].Split(" and the ");
        Assert.Equal(4, keys.Distinct().Count());
        Assert.Equal(question.Answers, keys.Select(key => Behind(context, $" the number of the {key} is ", 2)));
    });

    [Fact]
    public void Tracking_EveryText_LeadsFromTheValueOverFourHopsInOrder() => ForEverySample("needle_tracking", (context, question) =>
    {
        string from = question.Text[" what is ".Length..^" in ?".Length];
        var found = new List<string>();
        int at = 0;
        while (context.IndexOf($" {from} is in the ", at, StringComparison.Ordinal) is var link and >= 0)
        {
            at = link;
            found.Add(Behind(context[link..], $" {from} is in the ", 2));
            from = "the " + found[^1];
        }

        Assert.Equal(question.Answers, found);
        Assert.Equal(5, found.Count);
    });

    private static void ForEverySample(string name, Action<string, TaskQuestion> check)
    {
        EvaluationTask task = NeedleDialect.All(EmbeddedNeedle.Vocabulary, EmbeddedNeedle.Tokenizer).Single(task => task.Name == name);
        foreach (TaskSample sample in task.Samples(s_extent, 17).Take(40))
        {
            check(sample.Context, Assert.Single(sample.Questions));
        }
    }

    /// <summary>So many words after a phrase that the text has once.</summary>
    private static string Behind(string text, string phrase, int words)
    {
        int at = text.IndexOf(phrase, StringComparison.Ordinal);
        Assert.True(at >= 0 && text.IndexOf(phrase, at + 1, StringComparison.Ordinal) < 0, $"'{phrase}' does not stand once in: {text}");
        return string.Join(' ', text[(at + phrase.Length)..].Split(' ').Take(words));
    }
}
