using System.ComponentModel;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace KvCompose.Numerics;

/// <summary>
/// The best tokens as bits: a histogram over the upper bits of the scores finds the bucket in which the last of them lies, one
/// vectorised pass sets the bits above it, and only the bucket itself is looked at closely. Ties: higher score, then lower index.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class TopMask
{
    /// <summary>What is dropped of a score's 31 bits: the exponent and four bits of the fraction remain.</summary>
    private const int BucketShift = 19;

    private const int Buckets = 1 << (31 - BucketShift);
    private const int Lanes = 16;

    /// <summary>Two histograms in turn: equal buckets in a row do not wait for each other.</summary>
    private const int Histograms = 2;

    /// <summary>Words of a mask.</summary>
    public static int Words(int tokens) => (tokens + 63) / 64;

    /// <summary>32-bit words of working memory for a number of tokens.</summary>
    public static long ScratchWords(int tokens) => (Histograms * Buckets) + (3L * tokens);

    /// <summary>Marks the <paramref name="count"/> best of scores[first … last − 1]; the bits of other tokens are cleared.</summary>
    /// <param name="scores">One a token, readable to the next multiple of 16 after <paramref name="last"/>; what is not above 0 counts as 0.</param>
    /// <param name="first">First candidate.</param>
    /// <param name="last">One past the last candidate.</param>
    /// <param name="count">How many, from 0 to the number of candidates.</param>
    /// <param name="mask">Bit i mod 64 of word i div 64 is token i; at least ⌈last / 64⌉ words.</param>
    /// <param name="scratch">[<see cref="ScratchWords"/> of <paramref name="last"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer candidates than asked for.</exception>
    public static void Mark(float* scores, int first, int last, int count, Span<ulong> mask, int* scratch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, last - first);
        mask.Clear();
        if (count == 0)
        {
            return;
        }

        int bucket = LastBucket(scores, first, last, count, scratch, out int wanted);
        int* tied = scratch + (Histograms * Buckets), chosen = tied + last;
        var tiedScores = (float*)(chosen + last);
        int ties = MarkAbove(scores, first, last, bucket, mask, tied);
        for (int i = 0; i < ties; i++)
        {
            tiedScores[i] = Positive(scores[tied[i]]);
        }

        TokenRanking.Choose(tiedScores, 0, ties, wanted, chosen);
        for (int i = 0; i < wanted; i++)
        {
            int token = tied[chosen[i]];
            mask[token >> 6] |= 1UL << token;
        }
    }

    /// <summary>Tokens that are in both masks, which have equally many words.</summary>
    public static int Common(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        int common = 0;
        for (int word = 0; word < left.Length; word++)
        {
            common += BitOperations.PopCount(left[word] & right[word]);
        }

        return common;
    }

    private static float Positive(float score) => score > 0 ? score : 0;

    /// <summary>The bucket of the score of rank <paramref name="count"/>, and how many of the best lie in it.</summary>
    private static int LastBucket(float* scores, int first, int last, int count, int* histograms, out int wanted)
    {
        new Span<int>(histograms, Histograms * Buckets).Clear();
        int* even = histograms, odd = histograms + Buckets;
        int token = first;
        for (; token + 1 < last; token += 2)
        {
            even[BucketOf(scores[token])]++;
            odd[BucketOf(scores[token + 1])]++;
        }

        if (token < last)
        {
            even[BucketOf(scores[token])]++;
        }

        int bucket = Buckets - 1;
        wanted = count;
        while (even[bucket] + odd[bucket] < wanted)
        {
            wanted -= even[bucket] + odd[bucket];
            bucket--;
        }

        return bucket;
    }

    private static int BucketOf(float score) => BitConverter.SingleToInt32Bits(Positive(score)) >> BucketShift;

    /// <summary>Sets the bits of the tokens above a bucket and lists those inside of it, ascending.</summary>
    /// <returns>How many are inside.</returns>
    private static int MarkAbove(float* scores, int first, int last, int bucket, Span<ulong> mask, int* inside)
    {
        // In the topmost bucket lie the values that are not finite: nothing is above it.
        Vector512<float> above = Vector512.Create(bucket + 1 < Buckets ? BitConverter.Int32BitsToSingle((bucket + 1) << BucketShift) : float.NaN);
        Vector512<float> least = Vector512.Create(BitConverter.Int32BitsToSingle(bucket << BucketShift));
        int count = 0;
        for (int start = first / Lanes * Lanes; start < last; start += Lanes)
        {
            Vector512<float> values = Vector512.Load(scores + start);
            ulong candidates = Candidates(start, first, last);
            ulong set = Vector512.GreaterThanOrEqual(values, above).ExtractMostSignificantBits() & candidates;
            ulong rest = candidates & ~set;
            ulong tied = bucket == 0 ? rest : Vector512.GreaterThanOrEqual(values, least).ExtractMostSignificantBits() & rest;
            mask[start >> 6] |= set << (start & 63);
            for (; tied != 0; tied &= tied - 1)
            {
                inside[count++] = start + BitOperations.TrailingZeroCount(tied);
            }
        }

        return count;
    }

    /// <summary>Bits of the lanes of a vector that are candidates.</summary>
    private static ulong Candidates(int start, int first, int last)
    {
        ulong lanes = (1UL << Math.Min(Lanes, last - start)) - 1;
        return start < first ? lanes & ~((1UL << (first - start)) - 1) : lanes;
    }
}
