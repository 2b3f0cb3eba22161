namespace KvCompose.Shared.Specs;

/// <summary>What a stage says of itself in its [StageFacts].</summary>
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
    bool Restarts,
    ProfileKind Profile,
    PoolingKind Pooling,
    int PoolingKernel,
    GroupReduction Reduction,
    int ElementBits,
    int PageTokens,
    string Source)
{
    /// <summary>The facts of a stage without the attribute.</summary>
    public static StageFacts Default { get; } = new(
        AttentionStatistics.None, StageProducts.None, StageProducts.None, CacheLayout.Uniform, PositionPolicy.Original,
        StagePhases.Prefill, false, false, false, false, false, false, ProfileKind.None, PoolingKind.None, 1, GroupReduction.Sum, 0, 0, "");
}
