namespace KvCompose.Reference;

/// <summary>Vector arithmetic of the plain references: double precision, one loop a formula.</summary>
public static class Numbers
{
    /// <summary>Σ a_i·b_i.</summary>
    public static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    /// <summary>‖a‖₂.</summary>
    public static double Norm(ReadOnlySpan<double> vector) => Math.Sqrt(Dot(vector, vector));

    /// <summary>Cosine of two vectors; each norm is at least <paramref name="floor"/>.</summary>
    public static double Cosine(ReadOnlySpan<double> left, ReadOnlySpan<double> right, double floor = 1e-8)
        => Dot(left, right) / (Math.Max(Norm(left), floor) * Math.Max(Norm(right), floor));

    /// <summary>exp(x_i − max) / Σ.</summary>
    public static double[] Softmax(IReadOnlyList<double> logits)
    {
        double maximum = logits.Max();
        double[] weights = [.. logits.Select(x => Math.Exp(x - maximum))];
        double sum = weights.Sum();
        return [.. weights.Select(x => x / sum)];
    }

    /// <summary>ln Σ exp(x_i); −∞ for nothing.</summary>
    public static double LogSumExp(IReadOnlyList<double> logits)
    {
        if (logits.Count == 0)
        {
            return double.NegativeInfinity;
        }

        double maximum = logits.Max();
        return maximum + Math.Log(logits.Sum(x => Math.Exp(x - maximum)));
    }

    /// <summary>Mean of vectors of equal length, element by element.</summary>
    public static double[] Mean(IReadOnlyList<double[]> rows)
    {
        var mean = new double[rows[0].Length];
        foreach (double[] row in rows)
        {
            for (int i = 0; i < mean.Length; i++)
            {
                mean[i] += row[i] / rows.Count;
            }
        }

        return mean;
    }

    /// <summary>Largest of vectors of equal length, element by element.</summary>
    public static double[] Max(IReadOnlyList<double[]> rows)
        => [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i]))];

    /// <summary>Standard deviation with n − 1 in the denominator.</summary>
    public static double Deviation(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(x => (x - mean) * (x - mean)) / (values.Count - 1));
    }

    /// <summary>Softmax attention of one query over keys [tokens][d], scale 1/√d; scaled scores are bounded by c · tanh(score / c) where c is above 0.</summary>
    public static double[] Attention(double[] query, IReadOnlyList<double[]> keys, double softCap = 0)
    {
        double scale = 1 / Math.Sqrt(query.Length);
        return Softmax([.. keys.Select(key => Dot(query, key) * scale).Select(score => softCap > 0 ? softCap * Math.Tanh(score / softCap) : score)]);
    }

    /// <summary>Σ w_j·v_j.</summary>
    public static double[] Weighted(double[] weights, IReadOnlyList<double[]> values)
    {
        var sum = new double[values[0].Length];
        for (int j = 0; j < weights.Length; j++)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += weights[j] * values[j][i];
            }
        }

        return sum;
    }

    /// <summary>The linear interpolation of the order statistics, as numpy's and torch's quantile have it.</summary>
    public static double Quantile(IReadOnlyList<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        double rank = share * (sorted.Length - 1);
        int below = (int)Math.Floor(rank), above = Math.Min(below + 1, sorted.Length - 1);
        double fraction = rank - below;
        // From the nearer end, as torch does: the difference matters where one of the two is infinite.
        return fraction < 0.5
            ? sorted[below] + fraction * (sorted[above] - sorted[below])
            : sorted[above] - (1 - fraction) * (sorted[above] - sorted[below]);
    }
}
