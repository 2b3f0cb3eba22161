using KvCompose.Residency;
using KvCompose.Residency.OmniKv;

namespace KvCompose;

/// <summary>
/// OmniKV: filter layers hold every token, and at every decode step choose the prompt tokens that the layers after them attend to, one set
/// for all heads, beside what was decoded. Those layers keep their prompts in host memory; what a step chooses and the step before did not
/// is copied while the layers in between work. How many tokens a layer holds is the layer budget's; sinks and window of the selection stay.
/// Source: Hao et al., "OmniKV: Dynamic Context Selection for Efficient Long-Context LLMs", ICLR 2025. Differs from the published code: a
/// query of the window keeps its position, and its softmax is over the prompt that it sees.
/// </summary>
/// <remarks>
/// Choices are made from the weights that the filter layer's attention leaves behind: no key is read twice. A token below 2⁻¹⁴⁹ of the
/// strongest weight has none.
/// </remarks>
[ResidencyFacts(
    Observes = AttentionStatistics.DecodeProbabilities,
    Provides = StageProducts.BackingStore,
    Phases = StagePhases.Prefill | StagePhases.Decode,
    Profile = ProfileKind.FilterLayers,
    WholePrompt = true,
    Source = "ICLR 2025, openreview.net/forum?id=ulCAPXYXfa")]
public readonly struct OmniKv : IRetrieval<OmniKv, OmniKvTier>
{
    /// <summary>Layers behind a filter layer that hold every token as well, so that the copy for deeper ones can hide behind them.</summary>
    [StageOption(1, Minimum = 0, Maximum = 1023, Role = OptionRole.WaitLayers)]
    public int WaitLayers { get; init; }

    /// <summary>What a filter layer chooses by.</summary>
    [StageOption(FilterSelector.Last)]
    public FilterSelector Selector { get; init; }

    /// <summary>
    /// Latest queries that <see cref="FilterSelector.Uniform"/> and <see cref="FilterSelector.Exponential"/> look at. The prompt's tokens among
    /// them are always chosen; its queries take part as far as the selection observes them.
    /// </summary>
    [StageOption(16, Minimum = 1, Maximum = 1024)]
    public int Window { get; init; }

    /// <summary>Most mebibytes of host memory; 0 sets no limit.</summary>
    [StageOption(0, Minimum = 0, Maximum = 1 << 30, RunTime = true)]
    public int MaxHostMiB { get; init; }

    /// <inheritdoc/>
    public static OmniKvTier Open(in OmniKv options, in TierContext context) => new(
        new OmniKvSettings(
            options.Selector, options.Window, options.WaitLayers, (long)options.MaxHostMiB << 20, context.Shape.Layers, context.FilterLayers),
        in context);
}

/// <summary>Declares <see cref="OmniKv"/>. Either <see cref="Filters"/> or <see cref="Profile"/> says which layers filter.</summary>
public sealed class OmniKvAttribute : ResidencyAttribute<OmniKv>
{
    /// <summary>The filter layers, 0-based, ascending.</summary>
    public int[]? Filters { get; set; }

    /// <summary>An additional file with the filter layers; see <see cref="ProfileKind.FilterLayers"/>.</summary>
    public string? Profile { get; set; }

    /// <inheritdoc cref="OmniKv.WaitLayers"/>
    public int WaitLayers { get; set; }

    /// <inheritdoc cref="OmniKv.Selector"/>
    public FilterSelector Selector { get; set; }

    /// <inheritdoc cref="OmniKv.Window"/>
    public int Window { get; set; }

    /// <inheritdoc cref="OmniKv.MaxHostMiB"/>
    public int MaxHostMiB { get; set; }
}
