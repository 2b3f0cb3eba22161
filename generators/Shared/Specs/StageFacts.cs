
namespace KvCompose.Shared.Specs;

/// <summary>What a stage says of itself in the facts of its slot.</summary>
internal sealed record StageFacts(
    AttentionStatistics Observes,
    StageProducts Needs,
    StageProducts Provides,
    CacheLayout Layout,
    PositionPolicy Positions,
    StagePhases Phases,
    bool QueryAware,
    bool Lossy,
    bool RevisesEarlierLayers,
    bool Repeatable,
    bool WholePrompt,
    bool TwoPass,
    ProfileKind Profile,
    PoolingKind Pooling,
    int PoolingKernel,
    GroupReduction Reduction,
    int ElementBits,
    bool Quantised,
    string Source)
{
    /// <summary>The latest layout that the stage can read.</summary>
    public CacheLayout Carries { get; init; } = CacheLayout.Tiered;

    /// <summary>Tokens of the pages that the stage works on, 0 for any.</summary>
    public int PageTokens { get; init; }

    /// <summary>How host pages are ranked, unless an option decides.</summary>
    public PageRanking PageRanking { get; init; }

    /// <summary>Whether every layer gets the same number of tokens.</summary>
    public bool EqualLayers { get; init; }

    /// <summary>Whether full pages lack channels of their keys.</summary>
    public bool PrunesKeyChannels { get; init; }

    /// <summary>Whether kernels can read what a storage stores.</summary>
    public bool KernelReadable { get; init; }

    /// <summary>Heads whose left-out tokens a residency places.</summary>
    public HeadRoles Serves { get; init; } = HeadRoles.Compressed | HeadRoles.Pivot | HeadRoles.Satellite;

    /// <summary>The facts of a stage without the attribute.</summary>
    public static StageFacts Default { get; } = new(
        AttentionStatistics.None, StageProducts.None, StageProducts.None, CacheLayout.Uniform, PositionPolicy.Original,
        StagePhases.Prefill, false, false, false, false, false, false, ProfileKind.None, PoolingKind.None, 1, GroupReduction.Sum, 0, false, "");
}
