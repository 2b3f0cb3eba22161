namespace KvCompose.Reference.IceCache;

/// <summary>Smallest and largest value of every channel over the keys of a page.</summary>
/// <param name="Least">[headDim].</param>
/// <param name="Largest">[headDim].</param>
internal readonly record struct PageBounds(double[] Least, double[] Largest)
{
    public static PageBounds Of(ReadOnlySpan<float> keys, int headDim)
    {
        PageKeys.ThrowIfRagged(keys, headDim);
        var least = new double[headDim];
        var largest = new double[headDim];
        Array.Fill(least, double.PositiveInfinity);
        Array.Fill(largest, double.NegativeInfinity);
        for (int i = 0; i < keys.Length; i++)
        {
            least[i % headDim] = Math.Min(least[i % headDim], keys[i]);
            largest[i % headDim] = Math.Max(largest[i % headDim], keys[i]);
        }

        return new PageBounds(least, largest);
    }
}
