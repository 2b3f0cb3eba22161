namespace KvCompose;

/// <summary>
/// The same number of tokens in every layer: fixed, what fits into a number of bytes, or a share of the prompt, ⌊n_l · (ratio / s)⌋ in IEEE doubles. s is the share of
/// the prompt that propagation lets reach the layer: 1 without one, so that the ratio stays relative to the prompt after it.
/// A ratio above s keeps everything that reaches the layer.
/// </summary>
[LayerBudgetFacts(Provides = StageProducts.LayerBudgets, EqualLayers = true)]
public readonly struct UniformBudget : ILayerBudget<UniformBudget>
{
    /// <summary>Tokens per key-value head, sinks and window included. 0 leaves the decision to the others.</summary>
    [StageOption(0, Minimum = 0, Maximum = 16_777_216, Role = OptionRole.Budget, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>
    /// KiB of pages that one sequence may take, over all layers and heads, used when <see cref="Tokens"/> is 0: as many whole pages a head
    /// as fit. 0 leaves the decision to <see cref="Ratio"/>.
    /// </summary>
    [StageOption(0, Minimum = 0, Maximum = 1_073_741_824, Role = OptionRole.Kibibytes, RunTime = true)]
    public int Kibibytes { get; init; }

    /// <summary>Share of the prompt, used when <see cref="Tokens"/> and <see cref="Kibibytes"/> are 0.</summary>
    [StageOption(0.25, Minimum = 0.001, Maximum = 1, Role = OptionRole.Rate, RunTime = true)]
    public double Ratio { get; init; }

    /// <inheritdoc/>
    public static void Allocate(in UniformBudget options, in LayerBudgetContext context, Span<int> budgets)
        => budgets[context.Layer] = options.Tokens > 0 ? options.Tokens
            : options.Kibibytes > 0 ? context.TokensOf(1024L * options.Kibibytes)
            : (int)(context.Tokens * (options.Ratio / context.PropagatedShare));
}

/// <summary>Declares <see cref="UniformBudget"/>.</summary>
public sealed class UniformBudgetAttribute : LayerBudgetAttribute<UniformBudget>
{
    /// <inheritdoc cref="UniformBudget.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="UniformBudget.Kibibytes"/>
    public int Kibibytes { get; set; }

    /// <inheritdoc cref="UniformBudget.Ratio"/>
    public double Ratio { get; set; }
}
