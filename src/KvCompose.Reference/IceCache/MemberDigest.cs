namespace KvCompose.Reference.IceCache;

/// <summary>All keys of a page: it is ranked by its best member, or by the softmax weight of all its members.</summary>
public sealed class MemberDigest : IPageDigest
{
    private readonly double[] _keys;
    private readonly bool _weight;

    /// <summary>Keeps a page's keys.</summary>
    /// <param name="keys">[tokens of the page, headDim].</param>
    /// <param name="headDim">d.</param>
    /// <param name="weight">Rank by log Σ exp(q·k/√d), which maximises the attention mass held; else by the largest q·k.</param>
    public MemberDigest(ReadOnlySpan<float> keys, int headDim, bool weight)
    {
        PageKeys.ThrowIfRagged(keys, headDim);
        _keys = AugmentedKeys.Widen(keys);
        _weight = weight;
    }

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<float> query)
    {
        double[] wide = AugmentedKeys.Widen(query);
        double scale = 1 / Math.Sqrt(wide.Length);
        var scores = new double[_keys.Length / wide.Length];
        for (int member = 0; member < scores.Length; member++)
        {
            scores[member] = InnerProduct.Of(wide, _keys.AsSpan(member * wide.Length, wide.Length));
        }

        double largest = scores.Max();
        return _weight ? largest * scale + Math.Log(scores.Sum(score => Math.Exp((score - largest) * scale))) : largest;
    }
}
