namespace KvCompose.Reference;

/// <summary>KIVI: what a cache that quantises keys by channel and values by token gives back.</summary>
/// <remarks>
/// Q(X) = ⌊(X − z)/s⌉, X' = Q(X)·s + z with z = min X and s = (max X − min X)/(2^b − 1) of each group. A group of keys is one channel of G
/// tokens, a group of values one token. Tokens that do not fill a group of keys yet stay as they are (the residual).
/// Here G is a page, a group of values is a whole head, both s and z are rounded to half precision before anything is encoded by
/// them, and halves go to the even code.
/// Source: Liu et al., "KIVI: A Tuning-Free Asymmetric 2bit Quantization for KV Cache", arXiv 2402.02750.
/// </remarks>
public static class Kivi
{
    /// <summary>Keys [tokens, d] as they come back.</summary>
    /// <param name="keys">[tokens, d].</param>
    /// <param name="headDim">d.</param>
    /// <param name="group">G, tokens that are quantised together.</param>
    /// <param name="bits">b.</param>
    public static float[] Keys(float[] keys, int headDim, int group, int bits)
    {
        float[] restored = [.. keys];
        var channel = new float[group];
        for (int first = 0; first + group <= keys.Length / headDim; first += group)
        {
            for (int i = 0; i < headDim; i++)
            {
                for (int token = 0; token < group; token++)
                {
                    channel[token] = keys[((first + token) * headDim) + i];
                }

                float[] back = Restored(channel, bits);
                for (int token = 0; token < group; token++)
                {
                    restored[((first + token) * headDim) + i] = back[token];
                }
            }
        }

        return restored;
    }

    /// <summary>Values [tokens, d] as they come back.</summary>
    /// <param name="values">[tokens, d].</param>
    /// <param name="headDim">d.</param>
    /// <param name="group">G, tokens that are quantised together.</param>
    /// <param name="bits">b.</param>
    public static float[] Values(float[] values, int headDim, int group, int bits)
    {
        float[] restored = [.. values];
        for (int token = 0; token < values.Length / headDim / group * group; token++)
        {
            Restored(values.AsSpan(token * headDim, headDim).ToArray(), bits).CopyTo(restored.AsSpan(token * headDim));
        }

        return restored;
    }

    /// <summary>One group, encoded and decoded.</summary>
    /// <param name="group">The elements.</param>
    /// <param name="bits">b.</param>
    public static float[] Restored(float[] group, int bits)
    {
        int levels = (1 << bits) - 1;
        float zero = (float)(Half)group.Min();
        float scale = (float)(Half)((group.Max() - zero) / levels);
        return [.. group.Select(x => scale > 0 ? (Math.Clamp(MathF.Round((x - zero) / scale), 0, levels) * scale) + zero : zero)];
    }
}
