using System.ComponentModel;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace KvCompose.Numerics;

/// <summary>
/// Chooses the best tokens without sorting them: a radix select over the ordered bits of the scores finds the score of rank k,
/// and one pass collects what lies above it and the first of those that equal it. The result does not depend on thread
/// counts: higher score, then lower index; NaN counts as −∞.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class TokenRanking
{
    private const int RadixBits = 8;
    private const int Buckets = 1 << RadixBits;

    /// <summary>Collects the <paramref name="count"/> best of scores[first … last − 1], ascending by index.</summary>
    /// <param name="scores">One score a token.</param>
    /// <param name="first">First candidate.</param>
    /// <param name="last">One past the last candidate.</param>
    /// <param name="count">How many to choose, from 0 to the number of candidates.</param>
    /// <param name="chosen">Receives the indices, [<paramref name="count"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer candidates than asked for.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Choose(float* scores, int first, int last, int count, int* chosen)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, last - first);
        if (count == 0)
        {
            return;
        }

        uint threshold = Threshold(scores, first, last, count, out int ties);
        int taken = 0;
        for (int token = first; token < last; token++)
        {
            uint key = Ordered(scores[token]);
            if (key > threshold)
            {
                chosen[taken++] = token;
            }
            else if (key == threshold && ties > 0)
            {
                ties--;
                chosen[taken++] = token;
            }
        }
    }

    /// <summary>As <see cref="Choose"/>, but best first: a later, smaller choice is a prefix.</summary>
    /// <param name="scores">One score a token.</param>
    /// <param name="first">First candidate.</param>
    /// <param name="last">One past the last candidate.</param>
    /// <param name="count">How many to choose, from 0 to the number of candidates.</param>
    /// <param name="chosen">Receives the indices, [<paramref name="count"/>], by score descending, then by index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer candidates than asked for.</exception>
    public static void Rank(float* scores, int first, int last, int count, int* chosen)
    {
        Choose(scores, first, last, count, chosen);
        new Span<int>(chosen, count).Sort(new Best { Scores = scores });
    }

    /// <summary>The index of the lowest score: of equals the last; NaN counts as −∞.</summary>
    /// <param name="scores">At least one score.</param>
    /// <param name="count">Number of scores, at least 1.</param>
    public static int Least(float* scores, int count)
    {
        float lowest = TensorPrimitives.Min(new ReadOnlySpan<float>(scores, count));
        int least = count - 1;
        while (float.IsNaN(lowest) ? !float.IsNaN(scores[least]) : scores[least] != lowest)
        {
            least--;
        }

        return least;
    }

    /// <summary>Maps a score to bits whose unsigned order is the order of the scores; −0 equals 0, NaN equals −∞.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Ordered(float score)
    {
        int bits = BitConverter.SingleToInt32Bits(float.IsNaN(score) ? float.NegativeInfinity : score + 0f);
        return (uint)(bits ^ ((bits >> 31) | int.MinValue));
    }

    /// <summary>The bits of the score of rank <paramref name="count"/>, and how many of those that equal it are among the best.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Threshold(float* scores, int first, int last, int count, out int ties)
    {
        int* histogram = stackalloc int[Buckets];
        uint prefix = 0, mask = 0;
        int wanted = count;
        for (int shift = 32 - RadixBits; shift >= 0; shift -= RadixBits)
        {
            new Span<int>(histogram, Buckets).Clear();
            for (int token = first; token < last; token++)
            {
                uint key = Ordered(scores[token]);
                if ((key & mask) == prefix)
                {
                    histogram[(key >> shift) & (Buckets - 1)]++;
                }
            }

            int bucket = Buckets - 1;
            while (histogram[bucket] < wanted)
            {
                wanted -= histogram[bucket--];
            }

            prefix |= (uint)bucket << shift;
            mask |= (uint)(Buckets - 1) << shift;
        }

        ties = wanted;
        return prefix;
    }

    private struct Best : IComparer<int>
    {
        public float* Scores;

        public readonly int Compare(int left, int right)
        {
            int order = Ordered(Scores[right]).CompareTo(Ordered(Scores[left]));
            return order != 0 ? order : left.CompareTo(right);
        }
    }
}
