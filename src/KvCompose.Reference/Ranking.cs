namespace KvCompose.Reference;

/// <summary>The total order that every choice of tokens follows: higher score first, then lower index.</summary>
public static class Ranking
{
    /// <summary>Indices of the <paramref name="count"/> best scores, best first. NaN counts as −∞.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative or above the number of scores.</exception>
    public static int[] Top(ReadOnlySpan<double> scores, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, scores.Length);
        double[] values = scores.ToArray();
        var order = new int[values.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            values[i] = double.IsNaN(values[i]) ? double.NegativeInfinity : values[i];
        }

        Array.Sort(order, (a, b) => values[a] != values[b] ? values[b].CompareTo(values[a]) : a.CompareTo(b));
        return order[..count];
    }
}
