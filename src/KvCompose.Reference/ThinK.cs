namespace KvCompose.Reference;

/// <summary>ThinK: the channels of the keys that matter to the prompt's last queries, and what is left of the others: nothing.</summary>
/// <remarks>
/// score(c) = ‖Q[:, c] K[:, c]ᵀ‖_F = ‖Q[:, c]‖₂ · ‖K[:, c]‖₂, Q the queries of the last rows of all query heads of the group, K the keys of the key-value head;
/// the ⌊λ·d⌋ channels with the least score go, rounded down to a multiple of 4. Keys of the newest tokens, which fill no page yet, stay whole.
/// A key without a channel adds to a product what one does that is zero there.
/// Source: Xu et al., "ThinK: Thinner Key Cache by Query-Driven Pruning", arXiv 2407.21018.
/// </remarks>
public static class ThinK
{
    /// <summary>Channels that go at a time.</summary>
    private const int Step = 4;

    /// <summary>Channels that keys keep.</summary>
    /// <param name="headDim">d.</param>
    /// <param name="ratio">λ.</param>
    public static int Kept(int headDim, double ratio) => headDim - ((int)Math.Floor((decimal)ratio * headDim) / Step * Step);

    /// <summary>The channels that a head keeps, ascending.</summary>
    /// <param name="queries">[rows of all query heads of the group, d].</param>
    /// <param name="keys">[tokens, d].</param>
    /// <param name="headDim">d.</param>
    /// <param name="ratio">λ.</param>
    public static int[] Channels(float[] queries, float[] keys, int headDim, double ratio)
        => Ranking.Top([.. Enumerable.Range(0, headDim).Select(channel => Norm(queries, channel, headDim) * Norm(keys, channel, headDim))], Kept(headDim, ratio))
            .Order().ToArray();

    /// <summary>Keys [tokens, d] as they come back: zeros in channels that full pages lack.</summary>
    /// <param name="keys">[tokens, d].</param>
    /// <param name="headDim">d.</param>
    /// <param name="page">Tokens of a page.</param>
    /// <param name="channels">The channels that stay.</param>
    public static float[] Keys(float[] keys, int headDim, int page, int[] channels)
    {
        float[] restored = [.. keys];
        int pruned = keys.Length / headDim / page * page;
        for (int i = 0; i < pruned * headDim; i++)
        {
            restored[i] = channels.Contains(i % headDim) ? keys[i] : 0;
        }

        return restored;
    }

    private static double Norm(float[] rows, int channel, int headDim)
    {
        double squares = 0;
        for (int i = channel; i < rows.Length; i += headDim)
        {
            squares += (double)rows[i] * rows[i];
        }

        return Math.Sqrt(squares);
    }
}
