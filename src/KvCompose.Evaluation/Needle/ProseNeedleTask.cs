namespace KvCompose.Evaluation;

/// <summary>
/// Draws needle texts in English for a model of any tokenizer: facts among made-up sentences, and questions whose answers the model has
/// to go on with.
/// </summary>
public sealed class ProseNeedleTask : INeedleTask
{
    private readonly ProseNeedleWords _words;
    private readonly int _length;
    private readonly int _facts;
    private readonly int _questions;

    /// <summary>Describes the texts.</summary>
    /// <param name="words">The sentences as the model's tokens.</param>
    /// <param name="length">Most tokens of a text, questions and answers included; a text is shorter by less than the longest sentence.</param>
    /// <param name="facts">Facts of a text, 1 to 100.</param>
    /// <param name="questions">Questions of a text, each about another fact.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, there are more questions than facts, or they do not fit into the length.</exception>
    public ProseNeedleTask(ProseNeedleWords words, int length, int facts, int questions)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentOutOfRangeException.ThrowIfLessThan(facts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(facts, 100);
        ArgumentOutOfRangeException.ThrowIfLessThan(questions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(questions, facts);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, LeastLength(words, facts, questions));
        (_words, _length, _facts, _questions) = (words, length, facts, questions);
    }

    /// <summary>Tokens within which facts and questions fit whatever is drawn.</summary>
    public static int LeastLength(ProseNeedleWords words, int facts, int questions)
    {
        ArgumentNullException.ThrowIfNull(words);
        int said = words.LongestKey + words.FactMiddle.Length + words.LongestValue + words.FullStop.Length;
        return words.Beginning.Length
            + (facts * (words.FactStart.Length + said))
            + (questions * (words.QuestionStart.Length + words.LongestKey + words.QuestionEnd.Length + said));
    }

    /// <inheritdoc/>
    public IEnumerable<NeedleText> Texts(ulong seed)
    {
        var random = new SeededRandom(seed);
        while (true)
        {
            yield return Draw(random);
        }
    }

    private NeedleText Draw(SeededRandom random)
    {
        NeedleFact[] facts = Facts(random);
        NeedleFact[] asked = [.. facts];
        random.Shuffle<NeedleFact>(asked, _questions);
        List<(NeedleFact? Fact, int[] Tokens)> sentences = [.. facts.Select(fact => ((NeedleFact?)fact, Say(fact)))];
        int room = _length - _words.Beginning.Length - sentences.Sum(static sentence => sentence.Tokens.Length)
            - asked.Take(_questions).Sum(fact => Ask(fact).Length + fact.Value.Count + _words.FullStop.Length);
        while (random.Pick(_words.Noise) is var noise && noise.Length <= room)
        {
            sentences.Add((null, noise));
            room -= noise.Length;
        }

        (NeedleFact? Fact, int[] Tokens)[] ordered = [.. sentences];
        random.Shuffle<(NeedleFact?, int[])>(ordered, ordered.Length);
        List<int> tokens = [.. _words.Beginning];
        var placed = new Dictionary<NeedleFact, NeedleFact>(ReferenceEqualityComparer.Instance);
        foreach ((NeedleFact? fact, int[] sentence) in ordered)
        {
            if (fact is not null)
            {
                placed.Add(fact, fact with { Start = tokens.Count });
            }

            tokens.AddRange(sentence);
        }

        var questions = new List<NeedleQuestion>();
        foreach (NeedleFact fact in asked.Take(_questions))
        {
            int start = tokens.Count;
            tokens.AddRange(Ask(fact));
            questions.Add(new NeedleQuestion(placed[fact], start, tokens.Count));
            tokens.AddRange(fact.Value);
            tokens.AddRange(_words.FullStop);
        }

        return new NeedleText([.. tokens], [.. placed.Values], questions);
    }

    /// <summary>Facts of which no two have an adjective or a noun in common.</summary>
    private NeedleFact[] Facts(SeededRandom random)
    {
        int[] adjectives = [.. Enumerable.Range(0, _words.Adjectives.Length)], nouns = [.. Enumerable.Range(0, _words.Nouns.Length)];
        random.Shuffle<int>(adjectives, _facts);
        random.Shuffle<int>(nouns, _facts);
        return [.. Enumerable.Range(0, _facts).Select(i => new NeedleFact(adjectives[i], nouns[i], _words.Value(random), 0))];
    }

    private int[] Say(NeedleFact fact) => [.. _words.FactStart, .. Key(fact), .. _words.FactMiddle, .. fact.Value, .. _words.FullStop];

    private int[] Ask(NeedleFact fact) => [.. _words.QuestionStart, .. Key(fact), .. _words.QuestionEnd, .. Key(fact), .. _words.FactMiddle];

    private int[] Key(NeedleFact fact) => [.. _words.Adjectives[fact.Adjective], .. _words.Nouns[fact.Noun]];
}
