namespace KvCompose.Reference.IceCache;

/// <summary>A cell of the improved index: its landmark and its pages.</summary>
public sealed class ClusteredCell
{
    private double[] _landmark;

    internal ClusteredCell(double[] landmark) => _landmark = landmark;

    /// <summary>What the cell's tokens are nearest to, [headDim + 1]: a lifted key, or the direction of the mean of some, with the norm √M.</summary>
    public ReadOnlySpan<double> Landmark => _landmark;

    /// <summary>Ids of its pages.</summary>
    internal List<int> Pages { get; } = [];

    /// <summary>Tokens that it held when it came to be; after a division that failed, twice as many.</summary>
    internal int Formed { get; set; }

    /// <summary>Moves the landmark to the mean of some tokens; without tokens, or with a mean of zero, it stays.</summary>
    internal void Recentre(AugmentedKeys keys, IReadOnlyList<int> tokens)
    {
        if (tokens.Count == 0)
        {
            return;
        }

        double[] mean = keys.Mean(tokens);
        double norm = Math.Sqrt(InnerProduct.Of(mean, mean));
        if (norm > 0)
        {
            _landmark = [.. mean.Select(value => value * Math.Sqrt(keys.Bound) / norm)];
        }
    }

    /// <summary>M has grown: the lift is computed again.</summary>
    internal void Raise(double bound)
    {
        ReadOnlySpan<double> key = _landmark.AsSpan(0, _landmark.Length - 1);
        _landmark = [.. key, Math.Sqrt(Math.Max(0, bound - InnerProduct.Of(key, key)))];
    }
}
