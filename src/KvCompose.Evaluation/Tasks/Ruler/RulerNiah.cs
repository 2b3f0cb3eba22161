namespace KvCompose.Evaluation;

/// <summary>
/// RULER's needle-in-a-haystack family: facts "one of the special magic numbers for KEY is: VALUE." hidden in a long text, and a question
/// for the values of one or several keys. Source: RULER, scripts/data/synthetic/niah.py.
/// </summary>
public sealed class RulerNiah : SizedTask
{
    private const int ShortText = 4096;

    private readonly EssayText _essay;

    private RulerNiah(string name, RulerHaystack haystack, EssayText essay) => (Name, Haystack, _essay) = (name, haystack, essay);

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int AnswerTokens => 128;

    /// <summary>What the needles are hidden in.</summary>
    public RulerHaystack Haystack { get; }

    /// <summary>What a key is.</summary>
    public NeedleKind Key { get; private init; } = NeedleKind.Words;

    /// <summary>What a value is.</summary>
    public NeedleKind Value { get; private init; } = NeedleKind.Number;

    /// <summary>Keys of a text, distractors of the haystack not counted.</summary>
    public int Keys { get; private init; } = 1;

    /// <summary>Values of every key.</summary>
    public int ValuesOfKey { get; private init; } = 1;

    /// <summary>Keys that are asked for in one question.</summary>
    public int Queries { get; private init; } = 1;

    /// <summary>The eight tasks of the family.</summary>
    /// <param name="essay">The prose that six of them hide their needles in.</param>
    public static IReadOnlyList<RulerNiah> All(EssayText essay)
    {
        ArgumentNullException.ThrowIfNull(essay);
        return
        [
            new("niah_single_1", RulerHaystack.Repeat, essay),
            new("niah_single_2", RulerHaystack.Essay, essay),
            new("niah_single_3", RulerHaystack.Essay, essay) { Value = NeedleKind.Uuid },
            new("niah_multikey_1", RulerHaystack.Essay, essay) { Keys = 4 },
            new("niah_multikey_2", RulerHaystack.Needles, essay),
            new("niah_multikey_3", RulerHaystack.Needles, essay) { Key = NeedleKind.Uuid, Value = NeedleKind.Uuid },
            new("niah_multivalue", RulerHaystack.Essay, essay) { ValuesOfKey = 4 },
            new("niah_multiquery", RulerHaystack.Essay, essay) { Keys = 4, Queries = 4 },
        ];
    }

    /// <inheritdoc/>
    protected override int Step(int tokens) => Haystack == RulerHaystack.Essay ? EssayStep(tokens) : tokens < ShortText ? 5 : 25;

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);
        RulerNeedles facts = RulerNeedles.Draw(random, Key, Value, Keys, ValuesOfKey);
        string[] needles = [.. facts.Sentences()];
        random.Shuffle<string>(needles, needles.Length);
        string text = Haystack switch
        {
            RulerHaystack.Repeat => HaystackWriter.Lines(random, needles, size, () => HaystackWriter.Grass),
            RulerHaystack.Essay => HaystackWriter.Essay(random, needles, _essay, size),
            _ => HaystackWriter.Lines(random, needles, size, () => facts.Sentence(RulerNeedles.Draw(random, Key), RulerNeedles.Draw(random, Value))),
        };

        (string Key, string[] Values)[] asked = facts.Ask(random, Queries);
        string[] answers = [.. asked.SelectMany(fact => fact.Values)];
        string query = RandomText.Listed([.. asked.Select(fact => fact.Key)]);
        string context = Introduction() + text;
        double? depth = answers.Length == 1 ? Depth(context, facts.Sentence(query, answers[0])) : null;
        (string question, string prefix) = Ask(query);
        return new TaskSample(context, [new TaskQuestion(question, prefix, answers, depth)]);
    }

    private static double Depth(string context, string sentence)
        => context.IndexOf(sentence, StringComparison.Ordinal) / (double)Math.Max(1, context.Length - sentence.Length);

    // RULER's step of 500 words is longer than a short text.
    private static int EssayStep(int tokens) => tokens < ShortText ? 50 : 500;

    private string Introduction()
    {
        string plural = RulerNeedles.Plural(Value);
        return AsksForOne
            ? $"A special magic {plural[..^1]} is hidden within the following text. Make sure to memorize it. I will quiz you about the {plural[..^1]} afterwards.\n"
            : $"Some special magic {plural} are hidden within the following text. Make sure to memorize it. I will quiz you about the {plural} afterwards.\n";
    }

    private (string Question, string Prefix) Ask(string query)
    {
        string plural = RulerNeedles.Plural(Value);
        return AsksForOne
            ? ($"\nWhat is the special magic {plural[..^1]} for {query} mentioned in the provided text?",
                $" The special magic {plural[..^1]} for {query} mentioned in the provided text is")
            : ($"\nWhat are all the special magic {plural} for {query} mentioned in the provided text?",
                $" The special magic {plural} for {query} mentioned in the provided text are");
    }

    private bool AsksForOne => Queries * ValuesOfKey == 1;
}
