namespace KvCompose.Reference.ElasticCache;

/// <summary>Settings of Elastic Cache.</summary>
/// <param name="Ratio">Share of the rows that goes.</param>
/// <param name="First">First rows that stay.</param>
/// <param name="Last">Last rows of the prompt that stay.</param>
/// <param name="Distance">Place of the row that goes while decoding: from the end of the prompt's kept rows, or, above 0, absolute.</param>
/// <param name="ReferenceExact">The published code with its slips.</param>
public sealed record ElasticSettings(double Ratio = 0.2, int First = 1, int Last = 1, int Distance = -25, bool ReferenceExact = false)
{
    /// <summary>f = ⌊n − n·(1 − ratio)⌋ in double, in this order.</summary>
    public int Forgotten(int rows) => (int)(rows - rows * (1 - Ratio));

    /// <summary>Index of the slot that goes while decoding.</summary>
    public int Slot(int rows) => Distance > 0 ? Distance : rows - Forgotten(rows) + Distance;
}
