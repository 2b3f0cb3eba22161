namespace KvCompose.Evaluation;

/// <summary>
/// One compressed context, several questions in turn: what a method keeps must serve questions that it has not seen. Facts of the kind
/// that RULER's niah_multikey_1 hides, each asked for once. Source: the idea of SCBench's multi-turn mode.
/// </summary>
public sealed class MultiQuestion : SizedTask
{
    private const int Facts = 8;

    private readonly EssayText _essay;
    private readonly int _questions;

    /// <summary>Describes the samples.</summary>
    /// <param name="essay">The prose that the facts are hidden in.</param>
    /// <param name="questions">Questions about one context, 1 to 8.</param>
    public MultiQuestion(EssayText essay, int questions = 4)
    {
        ArgumentNullException.ThrowIfNull(essay);
        ArgumentOutOfRangeException.ThrowIfLessThan(questions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(questions, Facts);
        (_essay, _questions) = (essay, questions);
    }

    /// <inheritdoc/>
    public override string Name => "multi_question";

    /// <inheritdoc/>
    public override int AnswerTokens => 16;

    /// <inheritdoc/>
    protected override int Step(int tokens) => 50;

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);
        RulerNeedles facts = RulerNeedles.Draw(random, NeedleKind.Words, NeedleKind.Number, Facts, 1);
        string[] needles = [.. facts.Sentences()];
        string context = HaystackWriter.Essay(random, needles, _essay, size);
        return new TaskSample(
            "Some special magic numbers are hidden within the following text. Make sure to memorize them. I will quiz you about the numbers afterwards.\n" + context,
            [.. facts.Ask(random, _questions).Select(fact => new TaskQuestion(
                $"\nWhat is the special magic number for {fact.Key} mentioned in the provided text?",
                $" The special magic number for {fact.Key} mentioned in the provided text is",
                fact.Values,
                context.IndexOf(facts.Sentence(fact.Key, fact.Values[0]), StringComparison.Ordinal) / (double)context.Length))]);
    }
}
