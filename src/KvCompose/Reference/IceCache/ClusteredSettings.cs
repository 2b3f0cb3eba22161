namespace KvCompose.Reference.IceCache;

/// <summary>Settings of the improved index.</summary>
public sealed record ClusteredSettings
{
    /// <summary>P, tokens of a page.</summary>
    public int PageTokens { get; init; } = 16;

    /// <summary>p0, the share of tokens that become landmarks: a cell has 1/p0 tokens on average.</summary>
    public float Promotion { get; init; } = 0.02f;

    /// <summary>The share of level-1 tokens promoted on; only decides, through the counter, which tokens are landmarks.</summary>
    public float PromotionHigher { get; init; } = 0.2f;

    /// <summary>M is this times the largest squared norm at the build, so that a longer key rarely changes the lift.</summary>
    public double NormReserve { get; init; } = 1.5;

    /// <summary>Pages scored exactly for every page wanted; 0 scores all of them.</summary>
    public int Prefilter { get; init; } = 4;

    /// <summary>A cell whose pages are filled less than this after it lost tokens is formed anew.</summary>
    public double LeastFill { get; init; } = 0.75;
}
