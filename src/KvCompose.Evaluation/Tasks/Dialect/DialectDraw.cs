namespace KvCompose.Evaluation;

/// <summary>Draws the parts of one text: keys that no training has seen, values, and sentences of them.</summary>
internal sealed class DialectDraw
{
    private readonly (int Adjective, int Noun)[] _pairs;
    private int _drawn;

    public DialectDraw(NeedleVocabulary vocabulary, SeededRandom random)
    {
        (Vocabulary, Random, _pairs) = (vocabulary, random, vocabulary.HeldOutPairs());
    }

    public NeedleVocabulary Vocabulary { get; }

    public SeededRandom Random { get; }

    /// <summary>The keys drawn so far.</summary>
    public HashSet<(int Adjective, int Noun)> Keys => [.. _pairs.AsSpan(0, _drawn)];

    /// <summary>A key that this text does not have yet.</summary>
    public (int Adjective, int Noun) Key()
    {
        Random.Shuffle(_pairs.AsSpan(_drawn), 1);
        return _pairs[_drawn++];
    }

    /// <summary>A key's two tokens.</summary>
    public List<int> Name((int Adjective, int Noun) key) => [Vocabulary.Adjectives[key.Adjective], Vocabulary.Nouns[key.Noun]];

    /// <summary>Tokens of a value.</summary>
    public int[] Value()
    {
        var value = new int[Vocabulary.ValueTokens];
        for (int i = 0; i < value.Length; i++)
        {
            value[i] = Random.Pick(Vocabulary.Numbers);
        }

        return value;
    }

    /// <summary>A template with its slots filled, keys in the order given.</summary>
    public List<int> Fill(NeedleTemplate template, int[]? value = null, int ordinal = 0, params ReadOnlySpan<(int Adjective, int Noun)> keys)
    {
        var sentence = new List<int>(template.Tokens);
        (int Adjective, int Noun)[] named = [.. keys];
        int next = 0;
        template.Write(sentence, value, slot => slot switch
        {
            NeedleSlot.Adjective => Vocabulary.Adjectives[named[next].Adjective],
            NeedleSlot.Noun => Vocabulary.Nouns[named[next++].Noun],
            _ => Vocabulary.Tasks!.Ordinals[ordinal],
        });
        return sentence;
    }

    /// <summary>Parts of a question or an answer, with the words for "and" between them.</summary>
    public List<int> Join(IReadOnlyList<List<int>> parts)
    {
        var joined = new List<int>();
        for (int i = 0; i < parts.Count; i++)
        {
            joined.AddRange(i == 0 ? [] : Fill(Vocabulary.Tasks!.Between));
            joined.AddRange(parts[i]);
        }

        return joined;
    }
}
