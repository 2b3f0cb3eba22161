using KvCompose.Reference;

namespace KvCompose;

/// <summary>
/// PyramidKV: early layers keep more, late ones less, falling linearly around the same average; integer arithmetic as in the
/// published code, clamped by the prompt. Capacities are computed from the prompt's length, also behind a propagation.
/// Source: Cai et al., "PyramidKV: Dynamic KV Cache Compression based on Pyramidal Information Funneling", arXiv 2406.02069.
/// </summary>
[StageFacts(Provides = StageProducts.LayerBudgets, Source = "arXiv 2406.02069")]
public readonly struct PyramidBudget : ILayerBudget<PyramidBudget>
{
    /// <summary>Average tokens per key-value head, window included.</summary>
    [StageOption(1024, Minimum = 1, Maximum = 16_777_216, Role = OptionRole.Budget, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>β: the last layer keeps about 1/β of the average.</summary>
    [StageOption(20, Minimum = 1, Maximum = 1000, RunTime = true)]
    public int Beta { get; init; }

    /// <inheritdoc/>
    public static void Allocate(in PyramidBudget options, in LayerBudgetContext context, Span<int> budgets)
        => budgets[context.Layer] = PyramidKv.Capacities(
            context.PromptTokens, context.Layers, options.Tokens, context.ProtectedTokens, options.Beta)[context.Layer];
}

/// <summary>Declares <see cref="PyramidBudget"/>.</summary>
public sealed class PyramidBudgetAttribute : LayerBudgetAttribute<PyramidBudget>
{
    /// <inheritdoc cref="PyramidBudget.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="PyramidBudget.Beta"/>
    public int Beta { get; set; }
}
