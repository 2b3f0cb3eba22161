namespace KvCompose.Evaluation;

/// <summary>
/// The 95 % interval of a share of right answers. Unlike a bootstrap it has a width when all answers or none are right.
/// Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927.
/// </summary>
public static class WilsonInterval
{
    private const double Z = 1.959963984540054; // 97.5th percentile of the normal distribution

    /// <summary>The interval of <paramref name="right"/> of <paramref name="answers"/>, as shares from 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no answers, or more right ones than answers.</exception>
    public static ConfidenceInterval Of(int right, int answers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(answers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(right);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(right, answers);
        double n = answers, share = right / n, square = Z * Z;
        double centre = (share + (square / (2 * n))) / (1 + (square / n));
        double half = Z / (1 + (square / n)) * Math.Sqrt((share * (1 - share) / n) + (square / (4 * n * n)));
        return new ConfidenceInterval(share, Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
