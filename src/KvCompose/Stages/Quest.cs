using KvCompose.Retrieval;
using KvCompose.Tiers;

namespace KvCompose;

/// <summary>
/// Quest: pages of tokens that follow each other, ranked by an upper bound of q·k from the channel-wise extremes of their keys; every decode step
/// attends to the best of them.
/// Source: Tang et al., "Quest: Query-Aware Sparsity for Efficient Long-Context LLM Inference", ICML 2024, arXiv 2406.10774. Differs from the published code: pages
/// live on the host, and the query heads of a group share their pages, rank by rank.
/// </summary>
/// <remarks>Needs pages of 16 tokens. Keys that are not finite fail the prompt by name; in decode such tokens stay resident.</remarks>
[StageFacts(
    Provides = StageProducts.BackingStore, Layout = CacheLayout.Tiered, Phases = StagePhases.Prefill | StagePhases.Decode,
    PageTokens = PageIndexSettings.PageTokens, Source = "arXiv 2406.10774")]
public readonly struct Quest : IRetrieval<Quest, PagedTier>
{
    /// <summary>Tokens that a key-value head has brought in at any step.</summary>
    [StageOption(192, Minimum = 16, Maximum = 1_048_576, Role = OptionRole.Retrieved, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>Decoded tokens, the latest, that stay resident. Older ones become pages, 16 at a time.</summary>
    [StageOption(32, Minimum = 16, Maximum = 65_536)]
    public int Window { get; init; }

    /// <summary>The first layers, whose tokens all stay resident.</summary>
    [StageOption(2, Minimum = 0, Maximum = 1024, Role = OptionRole.DenseLayers, RunTime = true)]
    public int DenseLayers { get; init; }

    /// <summary>Heads whose left-out tokens become pages: those that keep what their budget allows, unless stated.</summary>
    [StageOption(HeadRoles.Compressed | HeadRoles.Satellite, Role = OptionRole.Serves)]
    public HeadRoles Heads { get; init; }

    /// <summary>How the host keeps its pages.</summary>
    [StageOption(HostPageFormat.Fp32, Role = OptionRole.HostPages)]
    public HostPageFormat HostPages { get; init; }

    /// <summary>Mebibytes that the host pages of a session may take; 0 sets no limit.</summary>
    [StageOption(0, Minimum = 0, Maximum = 1_073_741_824, RunTime = true)]
    public int HostMebibytes { get; init; }

    /// <summary>Mebibytes of host pages that go into a page file when <see cref="HostMebibytes"/> are taken; 0 for no file.</summary>
    [StageOption(0, Minimum = 0, Maximum = 1_073_741_824, RunTime = true)]
    public int DiskMebibytes { get; init; }

    /// <inheritdoc/>
    public static PagedTier Open(in Quest options, in TierContext context) => new(context, new PagedTierSettings
    {
        Tokens = options.Tokens,
        Window = options.Window,
        DenseLayers = options.DenseLayers,
        Format = options.HostPages,
        LimitBytes = (long)options.HostMebibytes << 20,
        DiskBytes = (long)options.DiskMebibytes << 20,
        Index = new PageIndexSettings { Formation = PageFormation.Contiguous, Ranking = PageRanking.Quest },
    });
}

/// <summary>Declares <see cref="Quest"/>.</summary>
public sealed class QuestAttribute : ResidencyAttribute<Quest>
{
    /// <inheritdoc cref="Quest.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="Quest.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="Quest.DenseLayers"/>
    public int DenseLayers { get; set; }

    /// <inheritdoc cref="Quest.Heads"/>
    public HeadRoles Heads { get; set; }

    /// <inheritdoc cref="Quest.HostPages"/>
    public HostPageFormat HostPages { get; set; }

    /// <inheritdoc cref="Quest.HostMebibytes"/>
    public int HostMebibytes { get; set; }

    /// <inheritdoc cref="Quest.DiskMebibytes"/>
    public int DiskMebibytes { get; set; }
}
