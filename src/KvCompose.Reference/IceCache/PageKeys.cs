namespace KvCompose.Reference.IceCache;

/// <summary>The keys of a page, wherever its tokens are.</summary>
public static class PageKeys
{
    /// <summary>Gathers the keys [tokens of the page, headDim] of some tokens of a prompt.</summary>
    /// <param name="keys">[tokens, headDim].</param>
    /// <param name="headDim">d.</param>
    /// <param name="tokens">The page's tokens in the order of their slots.</param>
    public static float[] Gather(ReadOnlySpan<float> keys, int headDim, IReadOnlyList<int> tokens)
    {
        var page = new float[tokens.Count * headDim];
        for (int slot = 0; slot < tokens.Count; slot++)
        {
            keys.Slice(tokens[slot] * headDim, headDim).CopyTo(page.AsSpan(slot * headDim));
        }

        return page;
    }

    internal static void ThrowIfRagged(ReadOnlySpan<float> keys, int headDim)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        if (keys.IsEmpty || keys.Length % headDim != 0)
        {
            throw new ArgumentException($"{keys.Length} key elements are no page of keys of headDim {headDim}", nameof(keys));
        }
    }
}
