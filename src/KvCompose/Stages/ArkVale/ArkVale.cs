using KvCompose.Residency;
using KvCompose.Residency.Pages;

namespace KvCompose;

/// <summary>
/// ArkVale: pages of tokens that follow each other, evicted to the host and recalled by their digests: the middle of each channel and the mean deviation
/// from it. A page's score is the mean over the query heads of the group.
/// Source: Chen et al., "ArkVale: Efficient Generative LLM Inference with Recallable Key-Value Eviction", NeurIPS 2024. Differs from the published code: pages
/// of 16 tokens, moved together.
/// </summary>
/// <remarks>Needs pages of 16 tokens. Keys that are not finite fail the prompt by name; in decode such tokens stay resident.</remarks>
[ResidencyFacts(
    Provides = StageProducts.BackingStore, Layout = CacheLayout.Tiered, Phases = StagePhases.Prefill | StagePhases.Decode,
    PageTokens = PageIndexSettings.PageTokens, PageRanking = PageRanking.ArkVale, Source = "NeurIPS 2024")]
public readonly struct ArkVale : IRetrieval<ArkVale, PageRetrievalTier>, IPagedRetrieval
{
    /// <inheritdoc/>
    public int Tokens { get; init; }

    /// <inheritdoc/>
    public int Window { get; init; }

    /// <inheritdoc/>
    public int DenseLayers { get; init; }

    /// <inheritdoc/>
    public int ReuseGroup { get; init; }

    /// <inheritdoc/>
    public bool Prefetch { get; init; }

    /// <inheritdoc/>
    public HeadRoles Heads { get; init; }

    /// <inheritdoc/>
    public HostPageFormat HostPages { get; init; }

    /// <inheritdoc/>
    public int HostMebibytes { get; init; }

    /// <inheritdoc/>
    public int DiskMebibytes { get; init; }

    /// <inheritdoc/>
    public bool MeasureRecall { get; init; }

    /// <inheritdoc/>
    public static PageRetrievalTier Open(in ArkVale options, in TierContext context)
        => new(context, PagedRetrievalOptions.Settings(options, new PageIndexSettings { Formation = PageFormation.Contiguous, Ranking = PageRanking.ArkVale }));
}

/// <summary>Declares <see cref="ArkVale"/>.</summary>
public sealed class ArkValeAttribute : PagedRetrievalAttribute<ArkVale>;
