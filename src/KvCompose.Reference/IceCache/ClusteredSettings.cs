namespace KvCompose.Reference.IceCache;

/// <summary>Settings of the improved index.</summary>
public sealed record ClusteredSettings
{
    /// <summary>P, tokens of a page.</summary>
    public int PageTokens { get; init; } = 16;

    /// <summary>p0, the share of tokens that become landmarks: a cell has 1/p0 tokens on average.</summary>
    public float Promotion { get; init; } = 0.02f;

    /// <summary>How often a build, and a division, moves the landmarks to the means of their cells and assigns every token again.</summary>
    public int Refinements { get; init; } = 1;

    /// <summary>M is this times the largest squared norm at the build, so that a longer key rarely changes the lift.</summary>
    public double NormReserve { get; init; } = 1.5;

    /// <summary>Pages scored exactly for every page wanted; 0 scores all of them.</summary>
    public int Prefilter { get; init; } = 4;

    /// <summary>A cell with more than this / p0 tokens is divided, so that cells hold 1/p0 on average: sizes between a limit and its half have a mean of ln 2 times the limit.</summary>
    public float DivideAt { get; init; } = 1.44f;

    /// <summary>But not before it has taken this / p0 tokens since it came to be.</summary>
    public float GrownBy { get; init; } = 0.5f;

    /// <summary>Pages that are formed again together where none of a cell has room.</summary>
    public int FormedPages { get; init; } = 3;
}
