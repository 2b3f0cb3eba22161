namespace KvCompose.Reference.HeteroCache;

/// <summary>What HeteroCache is told at run time. The defaults are those of the method. Spec §1.8.</summary>
public sealed record HeteroSettings
{
    /// <summary>r, share of the prompt's keys and values that stays resident over the whole model.</summary>
    public double Ratio { get; init; } = 0.5;

    /// <summary>W, decode steps between two looks at the pivots.</summary>
    public int Window { get; init; } = 5;

    /// <summary>τ: a star is refreshed when the median overlap of the window is below it.</summary>
    public double DriftThreshold { get; init; } = 0.5;

    /// <summary>How prompt tokens are scored.</summary>
    public PromptScores Scores { get; init; } = new(PoolingKind.Average, 5);

    /// <summary>Tokens of a page.</summary>
    public int PageTokens { get; init; } = 256;

    /// <summary>Tokens that will be decoded at most.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>When refreshed tokens take part in attention.</summary>
    public RetrievalVisibility Visibility { get; init; }

    /// <summary>Defects of the published code to reproduce; none by default.</summary>
    public PublishedDefects Defects { get; init; }
}
