namespace KvCompose;

/// <summary>
/// PyramidKV: early layers keep more, late ones less, falling linearly around the same average; integer arithmetic as in the
/// published code, clamped by the prompt. Capacities are computed from the prompt's length, also after a propagation.
/// Source: Cai et al., "PyramidKV: Dynamic KV Cache Compression based on Pyramidal Information Funneling", arXiv 2406.02069.
/// </summary>
[LayerBudgetFacts(Provides = StageProducts.LayerBudgets, Source = "arXiv 2406.02069")]
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
        => budgets[context.Layer] = Capacity(in options, context.PromptTokens, context.Layers, context.ProtectedTokens, context.Layer);

    /// <summary>
    /// Tokens of one layer, all divisions of integers: b = C − w, from most = 2·b − ⌊b/β⌋ in the first layer down by
    /// ⌊(most − least)/(L − 1)⌋ a layer; a prompt of fewer than 2·b tokens gives every layer C, and a C below the window
    /// gives every layer the window.
    /// </summary>
    private static int Capacity(in PyramidBudget options, int tokens, int layers, int window, int layer)
    {
        int average = Math.Max(0, options.Tokens - window), scored = tokens - window;
        if (tokens < options.Tokens || scored <= 0)
        {
            return tokens;
        }

        if (tokens < 2L * average)
        {
            return options.Tokens;
        }

        int least = average / options.Beta, most = Math.Min((2 * average) - least, scored);
        least = (2 * average) - most;
        int step = layers > 1 ? (most - least) / (layers - 1) : 0;
        return most - (layer * step) + window;
    }
}

/// <summary>Declares <see cref="PyramidBudget"/>.</summary>
public sealed class PyramidBudgetAttribute : LayerBudgetAttribute<PyramidBudget>
{
    /// <inheritdoc cref="PyramidBudget.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="PyramidBudget.Beta"/>
    public int Beta { get; set; }
}
