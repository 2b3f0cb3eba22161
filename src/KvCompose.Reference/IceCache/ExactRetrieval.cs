namespace KvCompose.Reference.IceCache;

/// <summary>What an index is measured against: every inner product of one query, exactly.</summary>
public sealed class ExactRetrieval
{
    private readonly double[] _probabilities;
    private readonly int[] _order;

    /// <summary>Scores all tokens.</summary>
    /// <param name="keys">[tokens, headDim].</param>
    /// <param name="query">[headDim].</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public ExactRetrieval(ReadOnlySpan<float> keys, ReadOnlySpan<float> query)
    {
        PageKeys.ThrowIfRagged(keys, query.Length);
        double[] wide = AugmentedKeys.Widen(query);
        Scores = new double[keys.Length / query.Length];
        for (int token = 0; token < Scores.Length; token++)
        {
            Scores[token] = InnerProduct.Of(wide, AugmentedKeys.Widen(keys.Slice(token * query.Length, query.Length)));
        }

        _order = Ranking.Top(Scores, Scores.Length);
        _probabilities = Softmax(Scores, 1 / Math.Sqrt(query.Length));
    }

    /// <summary>q·k of every token.</summary>
    public double[] Scores { get; }

    /// <summary>softmax(q·k/√d) of every token.</summary>
    public IReadOnlyList<double> Probabilities => _probabilities;

    /// <summary>The tokens with the largest q·k, best first; all of them where there are fewer.</summary>
    public ReadOnlySpan<int> Top(int count) => _order.AsSpan(0, Math.Min(count, _order.Length));

    /// <summary>Softmax mass of some tokens.</summary>
    public double Mass(ReadOnlySpan<int> tokens)
    {
        double mass = 0;
        foreach (int token in tokens)
        {
            mass += _probabilities[token];
        }

        return mass;
    }

    private static double[] Softmax(double[] scores, double scale)
    {
        double largest = scores.Max();
        double[] weights = [.. scores.Select(score => Math.Exp((score - largest) * scale))];
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
