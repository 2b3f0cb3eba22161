namespace KvCompose.Evaluation;

/// <summary>The facts of one sample: keys, each with its values, and the sentences that state them.</summary>
internal sealed class RulerNeedles
{
    private readonly (string Key, string[] Values)[] _facts;
    private readonly NeedleKind _valueKind;

    private RulerNeedles((string, string[])[] facts, NeedleKind valueKind) => (_facts, _valueKind) = (facts, valueKind);

    public static RulerNeedles Draw(SeededRandom random, NeedleKind keyKind, NeedleKind valueKind, int keys, int valuesOfKey)
    {
        string[] drawn = RandomText.Different(random, keys, from => Draw(from, keyKind));
        return new RulerNeedles(
            [.. drawn.Select(key => (key, Enumerable.Range(0, valuesOfKey).Select(_ => Draw(random, valueKind)).ToArray()))], valueKind);
    }

    public static string Draw(SeededRandom random, NeedleKind kind) => kind switch
    {
        NeedleKind.Number => RandomText.Number(random),
        NeedleKind.Words => RandomText.WordPair(random),
        _ => RandomText.Uuid(random),
    };

    public static string Plural(NeedleKind kind) => kind switch
    {
        NeedleKind.Number => "numbers",
        NeedleKind.Words => "words",
        _ => "uuids",
    };

    public string Sentence(string key, string value) => $"One of the special magic {Plural(_valueKind)} for {key} is: {value}.";

    public IEnumerable<string> Sentences() => _facts.SelectMany(fact => fact.Values.Select(value => Sentence(fact.Key, value)));

    /// <summary>So many of the keys without repetition.</summary>
    public (string Key, string[] Values)[] Ask(SeededRandom random, int queries)
    {
        var shuffled = ((string, string[])[])_facts.Clone();
        random.Shuffle<(string, string[])>(shuffled, queries);
        return shuffled[..queries];
    }
}
