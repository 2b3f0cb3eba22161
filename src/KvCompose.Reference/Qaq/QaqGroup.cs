namespace KvCompose.Reference.Qaq;

/// <summary>The numbers that share bits, without their outliers.</summary>
internal sealed class QaqGroup
{
    /// <summary>Finds the outliers: x ≤ the ⌈α/2·N⌉-th smallest, or x above the ⌊(1 − α/2)·N⌋-th.</summary>
    public QaqGroup(double[] elements, double outlierShare)
    {
        Elements = elements;
        double[] sorted = [.. elements.Order()];
        int low = (int)Math.Ceiling(outlierShare / 2 * elements.Length), high = (int)Math.Floor((1 - outlierShare / 2) * elements.Length);
        double least = low > 0 ? sorted[low - 1] : double.NegativeInfinity, most = high > 0 ? sorted[high - 1] : double.NegativeInfinity;
        Outlier = [.. elements.Select(x => outlierShare > 0 && (x <= least || x > most))];
        double[] inside = [.. elements.Where((_, i) => !Outlier[i])];
        if (inside.Length > 0)
        {
            (Mean, Minimum, Maximum, Deviation) = (inside.Average(), inside.Min(), inside.Max(), Numbers.Deviation(inside));
        }
    }

    public double[] Elements { get; }

    public bool[] Outlier { get; }

    public double Mean { get; }

    public double Minimum { get; }

    public double Maximum { get; }

    public double Deviation { get; }

    public double Range(bool symmetric) => symmetric ? 2 * Math.Max(Math.Abs(Minimum), Math.Abs(Maximum)) : Maximum - Minimum;
}
