namespace KvCompose.Evaluation;

/// <summary>
/// RULER's fwe: coded words whose frequency falls with the square of their rank (a zeta distribution); which three are the most frequent
/// after the dots? Its length does not count the answer, other than that of all other tasks.
/// Source: RULER, scripts/data/synthetic/freq_words_extraction.py.
/// </summary>
public sealed class RulerFrequentWords : SizedTask
{
    private const double Zeta2 = Math.PI * Math.PI / 6;
    private const int WordLetters = 6;
    private const int Asked = 3;
    private const string Noise = "...";

    /// <inheritdoc/>
    public override string Name => "fwe";

    /// <inheritdoc/>
    public override int AnswerTokens => 50;

    /// <inheritdoc/>
    protected override int CountedAnswerTokens => 0;

    /// <summary>How often the word of a rank occurs among so many words.</summary>
    /// <param name="words">Words of the text.</param>
    /// <param name="rank">From 1.</param>
    public static int Occurrences(int words, int rank) => (int)(words / ((double)rank * rank) / Zeta2);

    /// <inheritdoc/>
    protected override int Step(int tokens) => Math.Max(1, tokens / 32);

    /// <inheritdoc/>
    protected override int LeastSize(int tokens) => Math.Max(60, tokens / 6);

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);
        string[] vocabulary = RandomText.Different(random, Math.Max(Asked + 1, tokens / 50), from => RandomText.Letters(from, WordLetters, 'a', 26));
        vocabulary[0] = Noise;
        string[] text = [.. vocabulary.SelectMany((word, i) => Enumerable.Repeat(word, Occurrences(size, i + 1)))];
        random.Shuffle<string>(text, text.Length);
        string context =
            "Read the following coded text and track the frequency of each coded word. Find the three most frequently appeared coded words. "
            + string.Join(' ', text);
        const string question =
            "\nQuestion: Do not provide any explanation. Please ignore the dots '....'. What are the three most frequently appeared words in the above coded text?";
        const string prefix = " Answer: According to the coded text above, the three most frequently appeared words are:";
        return new TaskSample(context, [new TaskQuestion(question, prefix, vocabulary[1..(Asked + 1)])]);
    }
}
