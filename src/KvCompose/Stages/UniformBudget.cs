namespace KvCompose;

/// <summary>The same number of tokens in every layer: fixed, or a share of the prompt (⌊n · ratio⌋ in IEEE doubles).</summary>
[StageFacts(Provides = StageProducts.LayerBudgets)]
public readonly struct UniformBudget : ILayerBudget<UniformBudget>
{
    /// <summary>Tokens per key-value head, sinks and window included. 0 leaves the decision to <see cref="Ratio"/>.</summary>
    [StageOption(0, Minimum = 0, Maximum = 16_777_216, Role = OptionRole.Budget, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>Share of the prompt, used when <see cref="Tokens"/> is 0.</summary>
    [StageOption(0.25, Minimum = 0.001, Maximum = 1, RunTime = true)]
    public double Ratio { get; init; }

    /// <inheritdoc/>
    public static void Allocate(in UniformBudget options, in LayerBudgetContext context, Span<int> budgets)
        => budgets[context.Layer] = options.Tokens > 0 ? options.Tokens : (int)(context.PromptTokens * options.Ratio);
}

/// <summary>Declares <see cref="UniformBudget"/>.</summary>
public sealed class UniformBudgetAttribute : LayerBudgetAttribute<UniformBudget>
{
    /// <inheritdoc cref="UniformBudget.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="UniformBudget.Ratio"/>
    public double Ratio { get; set; }
}
