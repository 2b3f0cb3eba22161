using System.Runtime.Intrinsics;
using KvCompose.Attention;

namespace KvCompose.Residency.OmniKv;

/// <summary>
/// What all query heads of a filter layer make of the prompt's tokens in one decode step, from the weights that its attention left behind:
/// the largest of the heads' weights, each to a scale of its own.
/// </summary>
/// <param name="selector">By q·k, all heads have one scale, in which the order of weights is that of the products; else every head's weights add up to 1.</param>
/// <param name="heads">Hkv.</param>
/// <param name="groupSize">G.</param>
internal sealed unsafe class FilterScores(FilterSelector selector, int heads, int groupSize)
{
    private const int Lanes = 16;

    /// <summary>Floats that the factors of one sequence take.</summary>
    /// <param name="splits">Splits that hold the prompt.</param>
    public int FactorFloats(int splits) => heads * splits * groupSize;

    /// <summary>Computes what the weights of every head and split are multiplied by.</summary>
    /// <param name="items">Holds the weights.</param>
    /// <param name="first">The layer's heads of one sequence, [Hkv].</param>
    /// <param name="tokens">n, the slots of the prompt.</param>
    /// <param name="factors">Receives [Hkv][splits][G].</param>
    public void Scale(KvSplitPlan items, AttendedHead* first, int tokens, float* factors)
    {
        int splits = (tokens + items.SplitTokens - 1) / items.SplitTokens, headFactors = splits * groupSize;
        if (selector != FilterSelector.Last)
        {
            for (int head = 0; head < heads; head++)
            {
                items.Normalize(first + head, tokens, 1, factors + (head * headFactors));
            }

            return;
        }

        float largest = float.NegativeInfinity;
        for (int i = 0; i < heads * headFactors; i++)
        {
            factors[i] = items.Items[first[i / headFactors].FirstSplit + (i % headFactors / groupSize)].Maxima[i % groupSize];
            largest = MathF.Max(largest, factors[i]);
        }

        for (int i = 0; i < heads * headFactors; i++)
        {
            factors[i] = MathF.Pow(2, factors[i] - largest);
        }
    }

    /// <summary>Scores the tokens of one split.</summary>
    /// <param name="items">Holds the weights.</param>
    /// <param name="first">The layer's heads of one sequence, [Hkv].</param>
    /// <param name="split">The split.</param>
    /// <param name="tokens">n.</param>
    /// <param name="factors">Of <see cref="Scale"/>.</param>
    /// <param name="scores">Receives the split's scores; what lies after n, to the next multiple of 16, is undefined.</param>
    public void Score(KvSplitPlan items, AttendedHead* first, int split, int tokens, float* factors, float* scores)
    {
        int splits = (tokens + items.SplitTokens - 1) / items.SplitTokens;
        int count = Math.Min(items.SplitTokens, tokens - (split * items.SplitTokens));
        for (int head = 0; head < heads; head++)
        {
            for (int member = 0; member < groupSize; member++)
            {
                float* weights = items.Weights(first + head, split, member);
                Vector512<float> factor = Vector512.Create(factors[(((head * splits) + split) * groupSize) + member]);
                for (int token = 0; token < count; token += Lanes)
                {
                    Vector512<float> own = Vector512.Load(weights + token) * factor;
                    (head + member == 0 ? own : Vector512.MaxNative(Vector512.Load(scores + token), own)).Store(scores + token);
                }
            }
        }
    }
}
