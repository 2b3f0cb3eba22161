using KvCompose.Profiles;

namespace KvCompose.Evaluation;

/// <summary>
/// Needle texts as calibration texts: the prompt ends with the first question, its answer and all other questions follow; or one question,
/// whose answer is looked for in the prompt.
/// </summary>
public static class NeedleCalibration
{
    /// <summary>Share of a prompt that an important set holds in the method's own calibration: 1024 of 5000 tokens.</summary>
    private const double ImportantShare = 1024.0 / 5000;

    /// <summary>Draws texts of equal lengths: what a text has more than the shortest one is cut off at its beginning.</summary>
    /// <param name="task">What the texts look like; the more questions, the more decode steps are recorded.</param>
    /// <param name="seed">Decides the texts.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than one text.</exception>
    public static IReadOnlyList<CalibrationText> Texts(INeedleTask task, ulong seed, int count)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        NeedleText[] drawn = [.. task.Texts(seed).Take(count)];
        int length = drawn.Min(text => text.Tokens.Length);
        return [.. drawn.Select(text =>
        {
            int cut = text.Tokens.Length - length;
            return new CalibrationText(text.Tokens[cut..].ToArray(), text.Questions[0].PromptTokens - cut);
        })];
    }

    /// <summary>A question with the place of its answer: the value in the sentence of the fact.</summary>
    /// <exception cref="ArgumentException">The text does not say the value after the fact's beginning.</exception>
    public static RetrievalText Retrieval(NeedleText text, NeedleQuestion question)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(question);
        int[] value = [.. question.Fact.Value];
        ReadOnlySpan<int> prompt = text.Prompt(question);
        int behind = prompt[question.Fact.Start..].IndexOf(value);
        return behind >= 0
            ? new RetrievalText(prompt.ToArray(), question.Fact.Start + behind, value.Length)
            : throw new ArgumentException($"the fact at token {question.Fact.Start} does not say its value", nameof(question));
    }

    /// <summary>Tokens of an important set: the method's share of the prompt, one at least.</summary>
    public static int TopTokens(int promptTokens) => Math.Max(1, (int)(promptTokens * ImportantShare));
}
