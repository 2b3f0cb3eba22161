namespace KvCompose.Reference;

/// <summary>How far a head fetches an answer from a prompt: the score by which HeadKV tells heads that retrieve from those that do not.</summary>
/// <remarks>
/// R2 = Σ over the steps that say an answer of N tokens of (1/N) · Σ of the step's N highest probabilities that lie on the answer in the
/// prompt. Of equal probabilities the earlier token counts.
/// Source: Fu et al., "Not All Heads Matter: A Head-Level KV Cache Compression Method with Integrated Retrieval and Reasoning",
/// arXiv 2410.19258, section 3.
/// </remarks>
public static class RetrievalScore
{
    /// <summary>What one step adds to the score of one query head.</summary>
    /// <param name="probabilities">The step's attention, [tokens it sees].</param>
    /// <param name="start">Where the answer begins in the prompt.</param>
    /// <param name="tokens">N, tokens of the answer.</param>
    /// <returns>0 … 1/N.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The answer is empty, or not among the tokens that the step sees.</exception>
    public static double OfStep(ReadOnlySpan<float> probabilities, int start, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, probabilities.Length - start);
        var seen = new double[probabilities.Length];
        for (int i = 0; i < seen.Length; i++)
        {
            seen[i] = probabilities[i];
        }

        double sum = 0;
        foreach (int token in Ranking.Top(seen, tokens))
        {
            sum += token >= start && token < start + tokens ? seen[token] : 0;
        }

        return sum / tokens;
    }
}
