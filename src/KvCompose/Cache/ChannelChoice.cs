using System.ComponentModel;
using System.Numerics.Tensors;
using KvCompose.Numerics;

namespace KvCompose.Cache;

/// <summary>
/// Chooses the channels that a head's keys keep: those with the largest ‖Q[:, c]‖ · ‖K[:, c]‖, Q the group's queries of the prompt's last rows, K the keys that
/// the head keeps. Squares are compared; of equal channels the lower stays.
/// Source: Xu et al., "ThinK: Thinner Key Cache by Query-Driven Pruning", arXiv 2407.21018.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class ChannelChoice
{
    /// <summary>Sums the squares of the last rows' queries, channel by channel.</summary>
    /// <param name="queries">[tokens, Hq, d].</param>
    /// <param name="tokens">Rows.</param>
    /// <param name="rows">Rows at the end that count; all where there are fewer.</param>
    /// <param name="keyValueHeads">Hkv.</param>
    /// <param name="groupSize">G.</param>
    /// <param name="headDim">d.</param>
    /// <param name="squares">Receives the sums over rows and group, [Hkv, d].</param>
    public static void Observe(float* queries, int tokens, int rows, int keyValueHeads, int groupSize, int headDim, float* squares)
    {
        new Span<float>(squares, keyValueHeads * headDim).Clear();
        for (int row = Math.Max(0, tokens - rows); row < tokens; row++)
        {
            float* query = queries + ((nint)row * keyValueHeads * groupSize * headDim);
            for (int head = 0; head < keyValueHeads * groupSize; head++, query += headDim)
            {
                AddSquares(query, squares + (head / groupSize * headDim), headDim);
            }
        }
    }

    /// <summary>Chooses for one key-value head.</summary>
    /// <param name="querySquares">What <see cref="Observe"/> found for the head, [d].</param>
    /// <param name="keys">The head's key in row 0.</param>
    /// <param name="stride">Floats from one row's key to the next.</param>
    /// <param name="kept">Rows of the keys that the head keeps, or null for the first ones.</param>
    /// <param name="count">How many these are.</param>
    /// <param name="headDim">d.</param>
    /// <param name="channels">Receives the channels, ascending.</param>
    /// <param name="channelCount">How many.</param>
    public static void Choose(float* querySquares, float* keys, int stride, int* kept, int count, int headDim, int* channels, int channelCount)
    {
        float* scores = stackalloc float[headDim];
        new Span<float>(scores, headDim).Clear();
        for (int slot = 0; slot < count; slot++)
        {
            AddSquares(keys + ((nint)(kept == null ? slot : kept[slot]) * stride), scores, headDim);
        }

        for (int channel = 0; channel < headDim; channel++)
        {
            scores[channel] *= querySquares[channel];
        }

        TokenRanking.Choose(scores, 0, headDim, channelCount, channels);
    }

    private static void AddSquares(float* row, float* sums, int headDim)
    {
        var elements = new ReadOnlySpan<float>(row, headDim);
        var into = new Span<float>(sums, headDim);
        TensorPrimitives.MultiplyAdd(elements, elements, into, into);
    }
}
