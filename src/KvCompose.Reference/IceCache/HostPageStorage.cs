namespace KvCompose.Reference.IceCache;

/// <summary>What host pages keep of a key or value: its elements, halves, or bytes with a scale for every 16 elements.</summary>
/// <param name="format">How.</param>
public sealed class HostPageStorage(HostPageFormat format) : IPlainStorage
{
    private const int GroupElements = 16;
    private const double LargestByte = 127;

    /// <inheritdoc/>
    public double[] Read(double[] stored) => format switch
    {
        HostPageFormat.Fp32 => [.. stored],
        HostPageFormat.Fp16 => [.. stored.Select(static element => (double)(Half)element)],
        _ => [.. stored.Chunk(GroupElements).SelectMany(static group =>
        {
            double step = group.Max(Math.Abs) / LargestByte;
            return group.Select(element => step == 0 ? 0 : Math.Round(element / step) * step);
        })],
    };

    /// <summary>How far what is read may be from what was stored, element by element: half a step, to the next half or byte.</summary>
    public double[] HalfSteps(double[] stored) => format switch
    {
        HostPageFormat.Fp32 => new double[stored.Length],
        HostPageFormat.Fp16 => [.. stored.Select(static element => (Math.Abs(element) / 2048) + (1.0 / (1 << 25)))],
        _ => [.. stored.Chunk(GroupElements).SelectMany(static group => Enumerable.Repeat(group.Max(Math.Abs) / LargestByte / 2, group.Length))],
    };
}
