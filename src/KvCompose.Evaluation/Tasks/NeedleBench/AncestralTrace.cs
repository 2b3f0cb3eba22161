namespace KvCompose.Evaluation;

/// <summary>
/// NeedleBench's Ancestral Trace Challenge: a family of which every sentence tells one step, in random order and without any noise, so
/// that an answer needs all of them. The four kinds of question follow one another. The number of sentences is a power of two.
/// Source: OpenCompass, NeedleBench v2, atc; names and wording are the project's own, so results compare with each other only.
/// </summary>
public sealed class AncestralTrace : SizedTask
{
    private const int LeastSentences = 2;
    private static readonly string[] Relations = ["father", "mother", "parent"];

    /// <inheritdoc/>
    public override string Name => "ancestral_trace";

    /// <inheritdoc/>
    public override int AnswerTokens => 128;

    /// <summary>1 if the last \boxed{…} of the answer is the reference.</summary>
    /// <inheritdoc/>
    public override double Score(string prediction, IReadOnlyList<string> references) => BoxedAnswer.Equal(prediction, references);

    /// <inheritdoc/>
    protected override int Step(int tokens) => LeastSentences;

    /// <inheritdoc/>
    protected override int Larger(int size, int tokens) => size * 2;

    /// <inheritdoc/>
    protected override int Smaller(int size, int tokens) => size / 2;

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);

        // people[0] is the eldest, and every one is the parent of the next.
        string[] people = People(random, size + 1);
        string[] sentences = [.. Enumerable.Range(0, size).Select(i => $"{people[i]} is {people[i + 1]}'s {random.Pick(Relations)}.")];
        random.Shuffle<string>(sentences, size);
        (string question, string answer) = Ask(random, people);
        string context = "Here are sentences about a family. Every person in them has one parent who is named, or none.\n" + string.Join('\n', sentences);
        return new TaskSample(
            context, [new TaskQuestion($"\n{question} Put the final answer into \\boxed{{}}.", " Answer:", [answer])]);
    }

    private static (string Question, string Answer) Ask(SeededRandom random, string[] people)
    {
        int first = random.Next(people.Length - 1), last = first + 1 + random.Next(people.Length - 1 - first), steps = last - first;
        return random.Next(4) switch
        {
            0 => ($"Who is the eldest ancestor of {people[last]} that the sentences know?", people[0]),
            1 => ($"Who is the ancestor of {people[last]} {steps} generations above?", people[first]),
            2 => ($"Who is the descendant of {people[first]} {steps} generations below?", people[last]),
            _ => ($"How many generations lie between {people[first]} and the descendant {people[last]}, a parent and a child being 1 apart?",
                steps.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        };
    }

    private static string[] People(SeededRandom random, int count)
        => RandomText.Different(random, count, static from =>
        {
            string family = from.Pick(WordStock.Nouns);
            return $"{from.Pick(WordStock.Names)} {char.ToUpperInvariant(family[0])}{family[1..]}";
        });
}
