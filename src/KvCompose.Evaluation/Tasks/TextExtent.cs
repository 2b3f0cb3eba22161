namespace KvCompose.Evaluation;

/// <summary>How long a sample may be.</summary>
/// <param name="Tokens">Most tokens of context, question, answer prefix and answer together.</param>
/// <param name="Count">Tokens of a text, as the model's tokenizer counts them.</param>
public sealed record TextExtent(int Tokens, Func<string, int> Count)
{
    /// <summary>Tokens of a sample when its questions are asked and answered in turn.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="answerTokens">Tokens set aside for every answer.</param>
    public long Needed(TaskSample sample, int answerTokens)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return Count(sample.Context) + sample.Questions.Sum(question => (long)Count(question.Text + question.AnswerPrefix) + answerTokens);
    }
}
