using KvCompose.Numerics;

namespace KvCompose.Profiles;

/// <summary>
/// How far a head fetches an answer from a prompt: Σ over the steps that say an answer of N tokens of (1/N)·Σ of the step's N highest
/// probabilities that lie on the answer in the prompt. Source: Fu et al., "Not All Heads Matter", arXiv 2410.19258, section 3.
/// </summary>
internal static unsafe class RetrievalShare
{
    /// <summary>What one step adds to the score of one query head: 0 … 1/N.</summary>
    /// <param name="probabilities">The step's attention, [tokens it sees]. Of equals the earlier token counts.</param>
    /// <param name="start">Where the answer begins in the prompt; all of it is among the tokens that the step sees.</param>
    /// <param name="tokens">N, at least 1.</param>
    public static double OfStep(ReadOnlySpan<float> probabilities, int start, int tokens)
    {
        var best = new int[tokens];
        double sum = 0;
        fixed (float* scores = probabilities)
        {
            fixed (int* chosen = best)
            {
                // Best first: the order in which they are added fixes the rounding.
                TokenRanking.Rank(scores, 0, probabilities.Length, tokens, chosen);
            }

            foreach (int token in best)
            {
                sum += token >= start && token < start + tokens ? scores[token] : 0;
            }
        }

        return sum / tokens;
    }
}
