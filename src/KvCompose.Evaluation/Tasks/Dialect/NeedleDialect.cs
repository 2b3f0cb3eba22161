using KvCompose.Models.Tokenizers;

namespace KvCompose.Evaluation;

/// <summary>
/// RULER's retrieval tasks in the words of a small model with a closed vocabulary, for which English prose would be noise: the texts of
/// <see cref="NeedleTask"/>, with keys that no training has seen.
/// </summary>
public sealed class NeedleDialect : EvaluationTask
{
    private readonly NeedleVocabulary _vocabulary;
    private readonly Tokenizer _tokenizer;

    private NeedleDialect(string name, NeedleVocabulary vocabulary, Tokenizer tokenizer, int facts, int questions)
        => (Name, _vocabulary, _tokenizer, Facts, Questions) = (name, vocabulary, tokenizer, facts, questions);

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>Facts of a text.</summary>
    public int Facts { get; }

    /// <summary>Questions of a text, asked in turn.</summary>
    public int Questions { get; }

    /// <inheritdoc/>
    public override int AnswerTokens => _vocabulary.ValueTokens + _vocabulary.AfterAnswer.Tokens;

    /// <summary>The tasks that a model of such a vocabulary can do.</summary>
    /// <param name="vocabulary">The words.json of the model.</param>
    /// <param name="tokenizer">The model's tokenizer, one word per token.</param>
    public static IReadOnlyList<EvaluationTask> All(NeedleVocabulary vocabulary, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(tokenizer);
        EvaluationTask[] several = vocabulary.Tasks is null
            ? []
            : [new DialectMultiValue(vocabulary, tokenizer), new DialectMultiQuery(vocabulary, tokenizer), new DialectTracking(vocabulary, tokenizer)];
        return
        [
            new NeedleDialect("needle_single", vocabulary, tokenizer, 1, 1),
            new NeedleDialect("needle_multikey", vocabulary, tokenizer, 8, 1),
            new NeedleDialect("needle_manykeys", vocabulary, tokenizer, 32, 1),
            new NeedleDialect("needle_multiquestion", vocabulary, tokenizer, 8, 4),
            .. several,
        ];
    }

    /// <inheritdoc/>
    public override IEnumerable<TaskSample> Samples(TextExtent extent, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(extent);
        long least = NeedleTask.LeastLength(_vocabulary, Facts, Questions);
        return extent.Tokens >= least
            ? new NeedleTask(_vocabulary, extent.Tokens, Facts, Questions).Texts(seed).Select(Sample)
            : throw new TextTooShortException(Name, extent.Tokens, least);
    }

    private TaskSample Sample(NeedleText text)
    {
        int context = text.Questions[0].Start;
        return new TaskSample(
            Words(text.Tokens[..context]),
            [.. text.Questions.Select(question => new TaskQuestion(
                " " + Words(text.Asked(question)), "", [Words([.. question.Fact.Value])], question.Fact.Start / (double)context))]);
    }

    private string Words(ReadOnlySpan<int> tokens) => _tokenizer.Decode(tokens, skipSpecialTokens: false);
}
