namespace KvCompose.Tiers.Host;

/// <summary>
/// W looks at a pivot: o_t = |C_t ∩ R| / K of each step; drift is a median below the threshold. HeteroCache, spec §1.5. Quotients are
/// float32 and their median is float64, as published, which decides ties with the threshold; K = 0 gives NaN, which is below nothing.
/// </summary>
internal sealed class DriftWindow(int steps, double threshold)
{
    private readonly double[] _sorted = new double[steps];
    private int _seen;

    /// <summary>Takes one look.</summary>
    /// <param name="common">|C_t ∩ R|.</param>
    /// <param name="size">K.</param>
    /// <param name="drifted">Whether the window, if this look completes it, drifted.</param>
    /// <returns>Whether the window is complete; the next look begins a new one.</returns>
    public bool Add(int common, int size, out bool drifted)
    {
        double overlap = (float)common / size;
        int place = _seen++;
        for (; place > 0 && _sorted[place - 1] > overlap; place--)
        {
            _sorted[place] = _sorted[place - 1];
        }

        _sorted[place] = overlap;
        drifted = false;
        if (_seen < steps)
        {
            return false;
        }

        _seen = 0;
        int middle = steps / 2;
        double median = steps % 2 == 1 ? _sorted[middle] : (_sorted[middle - 1] + _sorted[middle]) / 2;
        drifted = median < threshold;
        return true;
    }
}
