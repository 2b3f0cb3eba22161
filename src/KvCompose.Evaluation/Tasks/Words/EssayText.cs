namespace KvCompose.Evaluation;

/// <summary>
/// The prose in which needles are hidden. RULER takes Paul Graham's essays, which cannot be distributed: give the text of your own copy,
/// or take the sentences that are made up here. Figures of different prose cannot be compared.
/// </summary>
public sealed class EssayText
{
    private const int MadeUpSeed = 42;
    private const int MadeUpSentences = 4000;

    private static readonly string[] Patterns =
    [
        "The {a} {n} and the {n} {v} near the {a} {n}.",
        "When people {v}, they often {v} what a {a} {n} could not.",
        "It is {a} to {v} a {n} before the {n} is {a}.",
        "Most who {v} and {v} do so because the {n} looks {a}.",
        "Nobody would {v} the {n}, however {a} it was, and yet a {n} may {v} it.",
        "One reason is that {a} things are {a} to {v}, while a {n} is not.",
        "If you {v} long enough, even the {a} {n} will seem {a}.",
    ];

    private readonly string[] _words;

    /// <summary>Takes a text; its white space does not matter.</summary>
    /// <param name="text">Prose with sentences that end in full stops.</param>
    /// <exception cref="ArgumentException">There are no words in it.</exception>
    public EssayText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (_words.Length == 0)
        {
            throw new ArgumentException("the text has no words", nameof(text));
        }
    }

    /// <summary>Sentences that are made up, always the same.</summary>
    public static EssayText MadeUp { get; } = new(string.Join(' ', MadeUpText()));

    /// <summary>The first words of the text in sentences; the text starts again where it ends.</summary>
    /// <param name="words">How many words.</param>
    internal List<string> Sentences(int words)
    {
        var sentences = new List<string>();
        int start = 0;
        for (int i = 0; i < words; i++)
        {
            string word = _words[i % _words.Length];
            if (i == words - 1 || word[^1] is '.' or '?' or '!')
            {
                sentences.Add(string.Join(' ', Enumerable.Range(start, i - start + 1).Select(at => _words[at % _words.Length])));
                start = i + 1;
            }
        }

        return sentences;
    }

    private static IEnumerable<string> MadeUpText()
    {
        var random = new SeededRandom(MadeUpSeed);
        for (int i = 0; i < MadeUpSentences; i++)
        {
            IEnumerable<string> words = random.Pick(Patterns).Split(' ').Select(word =>
                word.Replace("{a}", random.Pick(WordStock.Adjectives), StringComparison.Ordinal)
                    .Replace("{n}", random.Pick(WordStock.Nouns), StringComparison.Ordinal)
                    .Replace("{v}", random.Pick(WordStock.Verbs), StringComparison.Ordinal));
            yield return string.Join(' ', words);
        }
    }
}
