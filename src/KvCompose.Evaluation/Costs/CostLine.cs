namespace KvCompose.Evaluation;

/// <summary>The time of a decode step as t0 + bytes / bandwidth, fitted to measurements.</summary>
/// <param name="FixedMs">t0: milliseconds of a step that reads no cache.</param>
/// <param name="BytesPerSecond">Bandwidth at which the cache is read.</param>
public readonly record struct CostLine(double FixedMs, double BytesPerSecond)
{
    /// <summary>
    /// Least squares over measured steps. Null when the bytes of the measurements hardly differ, or when steps do not get slower with
    /// bytes: then there is no slope to speak of.
    /// </summary>
    /// <param name="steps">Bytes of cache that a step read, and its milliseconds.</param>
    public static CostLine? Fit(IReadOnlyCollection<(double Bytes, double Ms)> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (steps.Count < 2 || steps.Max(step => step.Bytes) < 1.2 * steps.Min(step => step.Bytes))
        {
            return null;
        }

        double meanBytes = steps.Average(step => step.Bytes), meanMs = steps.Average(step => step.Ms);
        double msPerByte = steps.Sum(step => (step.Bytes - meanBytes) * (step.Ms - meanMs))
            / steps.Sum(step => (step.Bytes - meanBytes) * (step.Bytes - meanBytes));
        return msPerByte > 0 ? new CostLine(meanMs - (msPerByte * meanBytes), 1000 / msPerByte) : null;
    }
}
