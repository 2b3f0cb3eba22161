using KvCompose.Cache;

namespace KvCompose.Sessions;

/// <summary>
/// Heads that are no whole vectors in a cache that holds whole vectors: zeros are put after each head when it is projected, and taken away before the
/// layer is completed. Zeros add nothing to a product; queries are scaled so that the wider heads' 1/√d comes to that of the narrow ones.
/// </summary>
internal static unsafe class HeadPadding
{
    /// <summary>Elements of a head in the cache: d, rounded up to whole key tiles.</summary>
    public static int Padded(int headDim) => (headDim + PageLayout.TileTokens - 1) / PageLayout.TileTokens * PageLayout.TileTokens;

    /// <summary>Moves heads [count, d] apart to [count, padded d], in place; the elements after each become zero.</summary>
    /// <param name="heads">The heads, with room for the padded ones.</param>
    /// <param name="count">How many.</param>
    /// <param name="headDim">d.</param>
    /// <param name="scale">What elements are multiplied by.</param>
    public static void Widen(float* heads, long count, int headDim, float scale)
    {
        int padded = Padded(headDim);
        for (long head = count - 1; head >= 0; head--)
        {
            float* target = heads + (head * padded);
            Span<float> from = new(heads + (head * headDim), headDim), to = new(target, headDim);
            from.CopyTo(to);
            for (int i = 0; i < to.Length && scale != 1; i++)
            {
                to[i] *= scale;
            }

            new Span<float>(target + headDim, padded - headDim).Clear();
        }
    }

    /// <summary>Moves heads [count, padded d] together to [count, d], in place.</summary>
    public static void Narrow(float* heads, long count, int headDim)
    {
        int padded = Padded(headDim);
        for (long head = 1; head < count; head++)
        {
            new Span<float>(heads + (head * padded), headDim).CopyTo(new Span<float>(heads + (head * headDim), headDim));
        }
    }
}
