using KvCompose.Retrieval;
using KvCompose.Tiers;

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
[StageFacts(
    Provides = StageProducts.BackingStore, Layout = CacheLayout.Tiered, Phases = StagePhases.Prefill | StagePhases.Decode,
    PageTokens = PageIndexSettings.PageTokens, Source = "arXiv 2604.10539")]
public readonly struct IceCache : IRetrieval<IceCache, PagedTier>
{
    /// <summary>Tokens that a key-value head has brought in at any step.</summary>
    [StageOption(192, Minimum = 16, Maximum = 1_048_576, Role = OptionRole.Retrieved, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>Decoded tokens, the latest, that stay resident. Older ones enter the index, 16 at a time.</summary>
    [StageOption(32, Minimum = 16, Maximum = 65_536)]
    public int Window { get; init; }

    /// <summary>The first layers, whose tokens all stay resident.</summary>
    [StageOption(2, Minimum = 0, Maximum = 1024, Role = OptionRole.DenseLayers, RunTime = true)]
    public int DenseLayers { get; init; }

    /// <summary>Which tokens share a page.</summary>
    [StageOption(PageFormation.Clustered)]
    public PageFormation Formation { get; init; }

    /// <summary>How pages are ranked.</summary>
    [StageOption(PageRanking.LogSumExp)]
    public PageRanking Ranking { get; init; }

    /// <summary>Heads whose left-out tokens become pages: those that keep what their budget allows, unless stated.</summary>
    [StageOption(HeadRoles.Compressed | HeadRoles.Satellite, Role = OptionRole.Serves)]
    public HeadRoles Heads { get; init; }

    /// <summary>How the host keeps its pages; the index is built from what attention will see.</summary>
    [StageOption(HostPageFormat.Fp32, Role = OptionRole.HostPages)]
    public HostPageFormat HostPages { get; init; }

    /// <summary>Mebibytes that the host pages of a session may take; 0 sets no limit.</summary>
    [StageOption(0, Minimum = 0, Maximum = 1_073_741_824, RunTime = true)]
    public int HostMebibytes { get; init; }

    /// <summary>Mebibytes of host pages that go into a page file when <see cref="HostMebibytes"/> are taken; 0 for no file.</summary>
    [StageOption(0, Minimum = 0, Maximum = 1_073_741_824, RunTime = true)]
    public int DiskMebibytes { get; init; }

    /// <summary>Whether every choice of pages is compared with the best tokens, for <see cref="TierUsage.Recall"/>. Looks at every key, so decoding slows down.</summary>
    [StageOption(false, RunTime = true)]
    public bool MeasureRecall { get; init; }

    /// <inheritdoc/>
    public static PagedTier Open(in IceCache options, in TierContext context) => new(context, new PagedTierSettings
    {
        Tokens = options.Tokens,
        Window = options.Window,
        DenseLayers = options.DenseLayers,
        Format = options.HostPages,
        LimitBytes = (long)options.HostMebibytes << 20,
        DiskBytes = (long)options.DiskMebibytes << 20,
        MeasureRecall = options.MeasureRecall,
        Index = new PageIndexSettings { Formation = options.Formation, Ranking = options.Ranking },
    });
}

/// <summary>Declares <see cref="IceCache"/>.</summary>
public sealed class IceCacheAttribute : ResidencyAttribute<IceCache>
{
    /// <inheritdoc cref="IceCache.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="IceCache.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="IceCache.DenseLayers"/>
    public int DenseLayers { get; set; }

    /// <inheritdoc cref="IceCache.Formation"/>
    public PageFormation Formation { get; set; }

    /// <inheritdoc cref="IceCache.Ranking"/>
    public PageRanking Ranking { get; set; }

    /// <inheritdoc cref="IceCache.Heads"/>
    public HeadRoles Heads { get; set; }

    /// <inheritdoc cref="IceCache.HostPages"/>
    public HostPageFormat HostPages { get; set; }

    /// <inheritdoc cref="IceCache.HostMebibytes"/>
    public int HostMebibytes { get; set; }

    /// <inheritdoc cref="IceCache.DiskMebibytes"/>
    public int DiskMebibytes { get; set; }

    /// <inheritdoc cref="IceCache.MeasureRecall"/>
    public bool MeasureRecall { get; set; }
}
