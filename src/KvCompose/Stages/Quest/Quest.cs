using KvCompose.Residency;
using KvCompose.Residency.Pages;

namespace KvCompose;

/// <summary>
/// Quest: pages of tokens that follow each other, ranked by an upper bound of q·k from the channel-wise extremes of their keys; every decode step
/// attends to the best of them.
/// Source: Tang et al., "Quest: Query-Aware Sparsity for Efficient Long-Context LLM Inference", ICML 2024, arXiv 2406.10774. Differs from the published code: pages
/// live on the host, and the query heads of a group share their pages, rank by rank.
/// </summary>
/// <remarks>Needs pages of 16 tokens. Keys that are not finite fail the prompt by name; in decode such tokens stay resident.</remarks>
[ResidencyFacts(
    Provides = StageProducts.BackingStore, Layout = CacheLayout.Tiered, Phases = StagePhases.Prefill | StagePhases.Decode,
    PageTokens = PageIndexSettings.PageTokens, PageRanking = PageRanking.Quest, Source = "arXiv 2406.10774")]
public readonly struct Quest : IRetrieval<Quest, PageRetrievalTier>, IPagedRetrieval
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
    public static PageRetrievalTier Open(in Quest options, in TierContext context)
        => new(context, PagedRetrievalOptions.Settings(options, new PageIndexSettings { Formation = PageFormation.Contiguous, Ranking = PageRanking.Quest }));
}

/// <summary>Declares <see cref="Quest"/>.</summary>
public sealed class QuestAttribute : PagedRetrievalAttribute<Quest>;
