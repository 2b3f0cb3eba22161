using KvCompose.Residency;
using KvCompose.Residency.HeteroCache;

namespace KvCompose;

/// <summary>
/// HeteroCache's retrieval: satellites keep a copy of their prompt in host memory; a pivot's attention is watched, and when the median
/// overlap of its best tokens with its reference set falls below τ over a window, its satellites get its best tokens from the copy, those
/// only that are not resident. Source: "HeteroCache", ACL 2026, arXiv 2601.13684. Differs from the published code in what
/// <see cref="Defects"/> names, in whose copy is kept (the satellites', not the layer's), and in that copies are asynchronous.
/// </summary>
[ResidencyFacts(
    Observes = AttentionStatistics.DecodeProbabilities,
    Needs = StageProducts.TokenScores | StageProducts.HeadProfile,
    Provides = StageProducts.BackingStore,
    Phases = StagePhases.Prefill | StagePhases.Decode,
    Serves = HeadRoles.Pivot | HeadRoles.Satellite,
    Source = "arXiv 2601.13684")]
public readonly struct HostOffload : IRetrieval<HostOffload, HeteroCacheTier>
{
    /// <summary>W: decode steps between two decisions.</summary>
    [StageOption(5, Minimum = 1, Maximum = 4096)]
    public int Window { get; init; }

    /// <summary>τ: drift is a median overlap below it.</summary>
    [StageOption(0.5, Minimum = 0, Maximum = 1, Role = OptionRole.DriftThreshold)]
    public double DriftThreshold { get; init; }

    /// <summary>The step at which fetched tokens take part in attention.</summary>
    [StageOption(RetrievalVisibility.NextToken, Role = OptionRole.Visibility)]
    public RetrievalVisibility Visibility { get; init; }

    /// <summary>Most mebibytes of host memory; 0 sets no limit.</summary>
    [StageOption(0, Minimum = 0, Maximum = 1 << 30, RunTime = true)]
    public int MaxHostMiB { get; init; }

    /// <summary>Defects of the published code to reproduce.</summary>
    [StageOption(PublishedDefects.None, Role = OptionRole.Defects)]
    public PublishedDefects Defects { get; init; }

    /// <inheritdoc/>
    public static HeteroCacheTier Open(in HostOffload options, in TierContext context) => new(
        new HeteroCacheSettings(options.Window, options.DriftThreshold, options.Visibility, (long)options.MaxHostMiB << 20, options.Defects), in context);
}

/// <summary>Declares <see cref="HostOffload"/>.</summary>
public sealed class HostOffloadAttribute : ResidencyAttribute<HostOffload>
{
    /// <inheritdoc cref="HostOffload.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="HostOffload.DriftThreshold"/>
    public double DriftThreshold { get; set; }

    /// <inheritdoc cref="HostOffload.Visibility"/>
    public RetrievalVisibility Visibility { get; set; }

    /// <inheritdoc cref="HostOffload.MaxHostMiB"/>
    public int MaxHostMiB { get; set; }

    /// <inheritdoc cref="HostOffload.Defects"/>
    public PublishedDefects Defects { get; set; }
}
