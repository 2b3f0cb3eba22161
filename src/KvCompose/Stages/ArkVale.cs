using KvCompose.Retrieval;
using KvCompose.Tiers;

namespace KvCompose;

/// <summary>
/// ArkVale: pages of tokens that follow each other, evicted to the host and recalled by their digests: the middle of each channel and the mean deviation
/// from it. A page's score is the mean over the query heads of the group.
/// Source: Chen et al., "ArkVale: Efficient Generative LLM Inference with Recallable Key-Value Eviction", NeurIPS 2024. Differs from the published code: pages
/// of 16 tokens, moved together.
/// </summary>
/// <remarks>Needs pages of 16 tokens. Keys that are not finite fail the prompt by name; in decode such tokens stay resident.</remarks>
[StageFacts(
    Provides = StageProducts.BackingStore, Layout = CacheLayout.Tiered, Phases = StagePhases.Prefill | StagePhases.Decode,
    PageTokens = PageIndexSettings.PageTokens, Source = "NeurIPS 2024")]
public readonly struct ArkVale : IRetrieval<ArkVale, PagedTier>
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
    public static PagedTier Open(in ArkVale options, in TierContext context) => new(context, new PagedTierSettings
    {
        Tokens = options.Tokens,
        Window = options.Window,
        DenseLayers = options.DenseLayers,
        Format = options.HostPages,
        LimitBytes = (long)options.HostMebibytes << 20,
        DiskBytes = (long)options.DiskMebibytes << 20,
        Index = new PageIndexSettings { Formation = PageFormation.Contiguous, Ranking = PageRanking.ArkVale },
    });
}

/// <summary>Declares <see cref="ArkVale"/>.</summary>
public sealed class ArkValeAttribute : ResidencyAttribute<ArkVale>
{
    /// <inheritdoc cref="ArkVale.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="ArkVale.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="ArkVale.DenseLayers"/>
    public int DenseLayers { get; set; }

    /// <inheritdoc cref="ArkVale.Heads"/>
    public HeadRoles Heads { get; set; }

    /// <inheritdoc cref="ArkVale.HostPages"/>
    public HostPageFormat HostPages { get; set; }

    /// <inheritdoc cref="ArkVale.HostMebibytes"/>
    public int HostMebibytes { get; set; }

    /// <inheritdoc cref="ArkVale.DiskMebibytes"/>
    public int DiskMebibytes { get; set; }
}
