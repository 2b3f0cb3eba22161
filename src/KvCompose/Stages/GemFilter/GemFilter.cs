namespace KvCompose;

/// <summary>
/// GemFilter: the last query of an early layer picks prompt tokens, and the model starts again on those alone, at positions 0 … k − 1.
/// s_j = pool(Σ over all query heads of q_last·k_j), raw products; the best of all n tokens, ascending. No token is forced to stay.
/// Source: Shi et al., "Discovering the Gems in Early Layers: Accelerating Long-Context LLMs with 1000x Input Token Reduction",
/// arXiv 2409.17422.
/// </summary>
[PropagationFacts(
    Observes = AttentionStatistics.LastRowProducts,
    TwoPass = true,
    Positions = PositionPolicy.Renumbered,
    QueryAware = true,
    Lossy = true,
    Source = "arXiv 2409.17422")]
public readonly struct GemFilter : IPropagation<GemFilter>
{
    /// <summary>F, the 0-based filter layer; no layer after it sees the whole prompt.</summary>
    [StageOption(13, Minimum = 0, Maximum = 1023, Role = OptionRole.Layer, RunTime = true)]
    public int Layer { get; init; }

    /// <summary>k, tokens of the new prompt. 0 leaves the decision to <see cref="Rate"/>.</summary>
    [StageOption(0, Minimum = 0, Maximum = 16_777_216, Role = OptionRole.Budget, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>Share of the prompt that is chosen, used when <see cref="Tokens"/> is 0: ⌊n · rate⌋ in IEEE doubles, at least one token.</summary>
    [StageOption(0.1, Minimum = 0.001, Maximum = 1, Role = OptionRole.Rate, RunTime = true)]
    public double Rate { get; init; }

    /// <summary>Odd width of the pooling.</summary>
    [StageOption(5, Minimum = 1, Maximum = 255, Odd = true, Role = OptionRole.PoolingKernel)]
    public int Kernel { get; init; }

    /// <summary>Kind of the pooling.</summary>
    [StageOption(PoolingKind.Average, Role = OptionRole.Pooling)]
    public PoolingKind Pooling { get; init; }

    /// <inheritdoc/>
    public static int Count(in GemFilter options, in PropagationContext context)
        => options.Tokens > 0 ? options.Tokens : Math.Max(1, (int)(context.Tokens * options.Rate));
}

/// <summary>Declares <see cref="GemFilter"/>.</summary>
public sealed class GemFilterAttribute : PropagationAttribute<GemFilter>
{
    /// <inheritdoc cref="GemFilter.Layer"/>
    public int Layer { get; set; }

    /// <inheritdoc cref="GemFilter.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="GemFilter.Rate"/>
    public double Rate { get; set; }

    /// <inheritdoc cref="GemFilter.Kernel"/>
    public int Kernel { get; set; }

    /// <inheritdoc cref="GemFilter.Pooling"/>
    public PoolingKind Pooling { get; set; }
}
