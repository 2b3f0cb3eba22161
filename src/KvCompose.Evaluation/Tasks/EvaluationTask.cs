namespace KvCompose.Evaluation;

/// <summary>A kind of question about long texts: draws samples of any length for any tokenizer, and says how right an answer is.</summary>
public abstract class EvaluationTask
{
    /// <summary>What the task is called on the command line and in results.</summary>
    public abstract string Name { get; }

    /// <summary>Most tokens of an answer.</summary>
    public abstract int AnswerTokens { get; }

    /// <summary>Endless samples. The same extent and seed give the same samples everywhere.</summary>
    /// <param name="extent">How long a sample may be, in which tokens.</param>
    /// <param name="seed">Decides the samples.</param>
    /// <exception cref="TextTooShortException">The smallest sample is longer.</exception>
    public abstract IEnumerable<TaskSample> Samples(TextExtent extent, ulong seed);

    /// <summary>How right an answer is, 0 to 1. RULER's rule unless a task has another: the share of references that it contains.</summary>
    /// <param name="prediction">What was answered.</param>
    /// <param name="references">What should be in it.</param>
    public virtual double Score(string prediction, IReadOnlyList<string> references) => StringMatch.All(prediction, references);
}
