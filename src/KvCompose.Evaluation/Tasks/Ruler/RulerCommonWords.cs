namespace KvCompose.Evaluation;

/// <summary>
/// RULER's cwe: a numbered list of words in which ten occur often and all others seldom; which are the ten? A worked example comes first.
/// Source: RULER, scripts/data/synthetic/common_words_extraction.py.
/// </summary>
public sealed class RulerCommonWords : SizedTask
{
    private const int ShortText = 4096;
    private const int Common = 10;

    /// <inheritdoc/>
    public override string Name => "cwe";

    /// <inheritdoc/>
    public override int AnswerTokens => 120;

    /// <inheritdoc/>
    protected override int Step(int tokens) => 10;

    /// <inheritdoc/>
    protected override int LeastSize(int tokens) => Common + Step(tokens);

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);
        bool small = tokens < ShortText;
        (string example, string[] exampleWords) = small ? List(random, 20, 3, 1) : List(random, 40, 10, 3);
        (string context, string[] words) = small ? List(random, size, 6, 1) : List(random, size, 30, 3);
        string worked = $"{example}{Question}{Prefix} {Numbered(exampleWords)}\n";
        return new TaskSample(worked + context, [new TaskQuestion(Question, Prefix, words)]);
    }

    private const string Question = "\nQuestion: What are the 10 most common words in the above list?";

    private const string Prefix = " Answer: The top 10 words that appear most often in the list are:";

    private static (string Context, string[] Common) List(SeededRandom random, int words, int often, int seldom)
    {
        string[] drawn = Words(random, words);
        string[] list = [.. drawn.SelectMany((word, i) => Enumerable.Repeat(word, i < Common ? often : seldom))];
        random.Shuffle<string>(list, list.Length);
        return (
            "Below is a numbered list of words. In these words, some appear more often than others. Memorize the ones that appear most often.\n"
            + Numbered(list), drawn[..Common]);
    }

    /// <summary>Different words: those of the stock, and where it is exhausted two of its nouns written as one.</summary>
    private static string[] Words(SeededRandom random, int count)
    {
        string[] stock = (string[])WordStock.All.Clone();
        random.Shuffle<string>(stock, Math.Min(count, stock.Length));
        var words = new HashSet<string>(stock.Take(count));
        while (words.Count < count)
        {
            words.Add(random.Pick(WordStock.Nouns) + random.Pick(WordStock.Nouns));
        }

        return [.. words];
    }

    private static string Numbered(IEnumerable<string> words) => string.Join(' ', words.Select((word, i) => $"{i + 1}. {word}"));
}
