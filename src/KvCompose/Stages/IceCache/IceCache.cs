using KvCompose.Residency;
using KvCompose.Residency.Pages;

namespace KvCompose;

/// <summary>
/// IceCache: what the selection leaves out goes into host pages of tokens with similar keys, and every decode step brings the pages in that hold
/// the largest attention mass for its queries. No token is lost; what the selection keeps stays resident beside the <see cref="Tokens"/> that come
/// and go. Which tokens share a page and how pages are ranked are options of their own.
/// Source: Mao et al., "IceCache: Memory-Efficient KV-cache Management for Long-Sequence LLMs", ICLR 2026, arXiv 2604.10539. Differs from the
/// published code: exact nearest landmarks instead of anchors, pages cut along main directions, ranked by attention mass, an index that also
/// begins empty.
/// </summary>
/// <remarks>Needs pages of 16 tokens. Keys that are not finite fail the prompt by name; in decode such tokens stay resident.</remarks>
[ResidencyFacts(
    Provides = StageProducts.BackingStore, Layout = CacheLayout.Tiered, Phases = StagePhases.Prefill | StagePhases.Decode,
    PageTokens = PageIndexSettings.PageTokens, Source = "arXiv 2604.10539")]
public readonly struct IceCache : IRetrieval<IceCache, PageRetrievalTier>, IPagedRetrieval
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

    /// <summary>Which tokens share a page.</summary>
    [StageOption(PageFormation.Clustered)]
    public PageFormation Formation { get; init; }

    /// <summary>How pages are ranked.</summary>
    [StageOption(PageRanking.LogSumExp, Role = OptionRole.PageRanking)]
    public PageRanking Ranking { get; init; }

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
    public static PageRetrievalTier Open(in IceCache options, in TierContext context)
        => new(context, PagedRetrievalOptions.Settings(options, new PageIndexSettings { Formation = options.Formation, Ranking = options.Ranking }));
}

/// <summary>Declares <see cref="IceCache"/>.</summary>
public sealed class IceCacheAttribute : PagedRetrievalAttribute<IceCache>
{
    /// <inheritdoc cref="IceCache.Formation"/>
    public PageFormation Formation { get; set; }

    /// <inheritdoc cref="IceCache.Ranking"/>
    public PageRanking Ranking { get; set; }
}
