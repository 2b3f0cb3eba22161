namespace KvCompose.Evaluation;

/// <summary>
/// A task whose samples have a size (lines, words, pairs). As in RULER: on the first sample the size grows by a step until the sample
/// would be too long, then goes back once and stays; a later sample that is too long all the same is drawn again, a step smaller.
/// Source: RULER, scripts/data/synthetic.
/// </summary>
public abstract class SizedTask : EvaluationTask
{
    /// <summary>Tokens of the answer that count towards the length.</summary>
    protected virtual int CountedAnswerTokens => AnswerTokens;

    /// <inheritdoc/>
    public sealed override IEnumerable<TaskSample> Samples(TextExtent extent, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(extent);
        var random = new SeededRandom(seed);
        int size = LargestSize(extent, random);
        while (true)
        {
            yield return Fitting(extent, random, size);
        }
    }

    /// <summary>By how much the size grows.</summary>
    /// <param name="tokens">The length that is to be reached.</param>
    protected abstract int Step(int tokens);

    /// <summary>The smallest size.</summary>
    /// <param name="tokens">The length that is to be reached.</param>
    protected virtual int LeastSize(int tokens) => Step(tokens);

    /// <summary>The largest size that the task's material allows.</summary>
    protected virtual int MostSize => int.MaxValue;

    /// <summary>The next size above a size.</summary>
    /// <param name="size">A size.</param>
    /// <param name="tokens">The length that is to be reached.</param>
    protected virtual int Larger(int size, int tokens) => size + Step(tokens);

    /// <summary>The next size below a size.</summary>
    /// <param name="size">A size.</param>
    /// <param name="tokens">The length that is to be reached.</param>
    protected virtual int Smaller(int size, int tokens) => size - Step(tokens);

    /// <summary>Draws a sample.</summary>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="size">How large it is.</param>
    /// <param name="tokens">The length that is to be reached.</param>
    protected abstract TaskSample Draw(SeededRandom random, int size, int tokens);

    private int LargestSize(TextExtent extent, SeededRandom random)
    {
        int size = LeastSize(extent.Tokens);
        while (size <= MostSize && extent.Needed(Draw(random, size, extent.Tokens), CountedAnswerTokens) <= extent.Tokens)
        {
            size = Larger(size, extent.Tokens);
        }

        return Math.Max(LeastSize(extent.Tokens), Smaller(size, extent.Tokens));
    }

    private TaskSample Fitting(TextExtent extent, SeededRandom random, int size)
    {
        while (true)
        {
            TaskSample sample = Draw(random, size, extent.Tokens);
            long needed = extent.Needed(sample, CountedAnswerTokens);
            if (needed <= extent.Tokens)
            {
                return sample;
            }

            size = Smaller(size, extent.Tokens);
            if (size < LeastSize(extent.Tokens))
            {
                throw new TextTooShortException(Name, extent.Tokens, needed);
            }
        }
    }
}
