namespace KvCompose.Reference.IceCache;

/// <summary>What the page scores ask of their input.</summary>
internal static class PageKeys
{
    public static void ThrowIfRagged(ReadOnlySpan<float> keys, int headDim)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        if (keys.IsEmpty || keys.Length % headDim != 0)
        {
            throw new ArgumentException($"{keys.Length} key elements are no page of keys of headDim {headDim}", nameof(keys));
        }
    }

    public static double[] Mean(ReadOnlySpan<float> keys, int headDim)
    {
        ThrowIfRagged(keys, headDim);
        var mean = new double[headDim];
        for (int i = 0; i < keys.Length; i++)
        {
            mean[i % headDim] += keys[i];
        }

        for (int channel = 0; channel < headDim; channel++)
        {
            mean[channel] /= keys.Length / headDim;
        }

        return mean;
    }
}
