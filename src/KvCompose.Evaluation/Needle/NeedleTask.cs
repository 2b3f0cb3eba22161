namespace KvCompose.Evaluation;

/// <summary>
/// Draws texts in which facts are hidden among noise, with questions at the end. Keys come from the pairs that training
/// never draws. The rules are those of the README of the embedded model.
/// </summary>
public sealed class NeedleTask : INeedleTask
{
    private readonly NeedleVocabulary _vocabulary;
    private readonly int _length;
    private readonly int _facts;
    private readonly int _questions;
    private readonly (int Adjective, int Noun)[] _heldOut;

    /// <summary>Describes the texts.</summary>
    /// <param name="vocabulary">What they are made of.</param>
    /// <param name="length">Most tokens of a text, questions and answers included; a text is shorter by less than a sentence of noise.</param>
    /// <param name="facts">Facts of a text.</param>
    /// <param name="questions">Questions of a text, each about another fact.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There are not enough held-out pairs for the facts, fewer facts than questions, or they do not fit into the length.
    /// </exception>
    public NeedleTask(NeedleVocabulary vocabulary, int length, int facts, int questions)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        _heldOut = vocabulary.HeldOutPairs();

        // One pair at least is left for noise that mentions a pair.
        int pairs = vocabulary.Adjectives.Count * vocabulary.Nouns.Count;
        RequireInside(nameof(facts), facts, 1, Math.Min(_heldOut.Length, pairs - 1));
        RequireInside(nameof(questions), questions, 1, facts);
        RequireInside(nameof(length), length, LeastLength(vocabulary, facts, questions), int.MaxValue);
        (_vocabulary, _length, _facts, _questions) = (vocabulary, length, facts, questions);
    }

    /// <summary>Tokens of a text without any noise.</summary>
    public static long LeastLength(NeedleVocabulary vocabulary, int facts, int questions)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return vocabulary.Beginning.Tokens + ((long)facts * vocabulary.Fact.Tokens)
            + ((long)questions * (vocabulary.Question.Tokens + vocabulary.ValueTokens + vocabulary.AfterAnswer.Tokens));
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

    private static void RequireInside(string name, int value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, $"{name} is {value}, expected {least} to {most}");
        }
    }

    private NeedleText Draw(SeededRandom random)
    {
        NeedleFact[] drawn = DrawFacts(random);
        var sentences = drawn.Select(fact => (Fact: (NeedleFact?)fact, Tokens: Fill(_vocabulary.Fact, fact))).ToList();
        long room = _length - LeastLength(_vocabulary, _facts, _questions);
        sentences.AddRange(NeedleNoise.Draw(_vocabulary, room, drawn.Select(fact => (fact.Adjective, fact.Noun)).ToHashSet(), random)
            .Select(noise => ((NeedleFact?)null, noise)));
        var ordered = sentences.ToArray();
        random.Shuffle<(NeedleFact?, List<int>)>(ordered, ordered.Length);

        List<int> tokens = Fill(_vocabulary.Beginning, null);
        var placed = new List<NeedleFact>();
        foreach ((NeedleFact? fact, List<int> sentence) in ordered)
        {
            if (fact is not null)
            {
                placed.Add(fact with { Start = tokens.Count });
            }

            tokens.AddRange(sentence);
        }

        NeedleFact[] asked = [.. placed];
        random.Shuffle<NeedleFact>(asked, _questions);
        NeedleQuestion[] questions = [.. asked.Take(_questions).Select(fact => Ask(fact, tokens))];
        return new NeedleText([.. tokens], placed, questions);
    }

    private NeedleFact[] DrawFacts(SeededRandom random)
    {
        var pairs = ((int Adjective, int Noun)[])_heldOut.Clone();
        random.Shuffle<(int, int)>(pairs, _facts);
        return [.. pairs.Take(_facts).Select(pair =>
        {
            var value = new int[_vocabulary.ValueTokens];
            for (int i = 0; i < value.Length; i++)
            {
                value[i] = random.Pick(_vocabulary.Numbers);
            }

            return new NeedleFact(pair.Adjective, pair.Noun, value, 0);
        })];
    }

    private NeedleQuestion Ask(NeedleFact fact, List<int> tokens)
    {
        int start = tokens.Count;
        tokens.AddRange(Fill(_vocabulary.Question, fact));
        var question = new NeedleQuestion(fact, start, tokens.Count);
        tokens.AddRange(fact.Value);
        tokens.AddRange(Fill(_vocabulary.AfterAnswer, null));
        return question;
    }

    /// <summary>A sentence about a fact, or one that has no slots.</summary>
    private List<int> Fill(NeedleTemplate template, NeedleFact? fact)
    {
        var sentence = new List<int>(template.Tokens);
        int[] value = [.. fact?.Value ?? []];
        template.Write(sentence, value, slot => slot == NeedleSlot.Adjective ? _vocabulary.Adjectives[fact!.Adjective] : _vocabulary.Nouns[fact!.Noun]);
        return sentence;
    }
}
