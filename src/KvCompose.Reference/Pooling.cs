namespace KvCompose.Reference;

/// <summary>One-dimensional pooling with stride 1 and padding kernel / 2, so that the length stays.</summary>
public static class Pooling
{
    /// <summary>Pools scores [tokens].</summary>
    /// <param name="scores">One score a token.</param>
    /// <param name="kind">Average divides by the kernel everywhere; maximum ignores the padding.</param>
    /// <param name="kernel">Odd width of the window.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kernel is even or below 1: the length would change.</exception>
    public static double[] Apply(ReadOnlySpan<double> scores, PoolingKind kind, int kernel)
    {
        if (kernel < 1 || kernel % 2 == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "a pooling kernel is odd and at least 1");
        }

        if (kind == PoolingKind.None)
        {
            return scores.ToArray();
        }

        var pooled = new double[scores.Length];
        int reach = kernel / 2;
        for (int token = 0; token < scores.Length; token++)
        {
            int first = Math.Max(0, token - reach);
            int last = Math.Min(scores.Length - 1, token + reach);
            double sum = 0, maximum = double.NegativeInfinity;
            for (int i = first; i <= last; i++)
            {
                sum += scores[i];
                maximum = Math.Max(maximum, scores[i]);
            }

            pooled[token] = kind == PoolingKind.Average ? sum / kernel : maximum;
        }

        return pooled;
    }
}
