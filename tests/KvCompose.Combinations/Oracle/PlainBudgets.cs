using KvCompose.Reference;
using PlainPyramidKv = KvCompose.Reference.PyramidKv;

namespace KvCompose.Combinations.Oracle;

/// <summary>The same tokens in every layer, or the same share of the prompt.</summary>
internal sealed class PlainUniformBudget(UniformBudget options) : IPlainLayerBudget
{
    /// <inheritdoc/>
    public void Allocate(in LayerBudgetContext context, Span<int> budgets)
    {
        if (options is { Tokens: 0, Kibibytes: > 0 })
        {
            throw new NotSupportedException("no combination states its budget in bytes");
        }

        TokenBudget budget = options.Tokens > 0 ? TokenBudget.Constant(options.Tokens) : TokenBudget.Proportional(options.Ratio);
        budgets[context.Layer] = budget.Of(context.Tokens, context.PropagatedShare);
    }
}

/// <summary>PyramidKV by its reference: all layers at once, of which one is asked for.</summary>
internal sealed class PlainPyramidBudget(PyramidBudget options) : IPlainLayerBudget
{
    /// <inheritdoc/>
    public void Allocate(in LayerBudgetContext context, Span<int> budgets)
        => budgets[context.Layer] = PlainPyramidKv.Capacities(
            context.PromptTokens, context.Layers, options.Tokens, context.ProtectedTokens, options.Beta)[context.Layer];
}

/// <summary>CAKE by its reference: the preferences of the layers so far, divided token by token.</summary>
internal sealed class PlainCakeBudget(CakeBudget options) : IPlainLayerBudget
{
    /// <inheritdoc/>
    public void Allocate(in LayerBudgetContext context, Span<int> budgets)
    {
        if (options.Tuning != CakeTuning.None)
        {
            throw new NotSupportedException("no combination names a tuning");
        }

        int layers = context.Layer + 1, promptTokens = context.PromptTokens, window = Math.Max(2, context.ProtectedTokens);
        var ledger = new CakeLedger(options.Mode, options.Tokens, window);
        if (!ledger.Evicts(promptTokens))
        {
            for (int layer = 0; layer < layers; layer++)
            {
                budgets[layer] = promptTokens;
                if (!context.Capacities.IsEmpty)
                {
                    context.Capacities[layer] = options.Tokens;
                }
            }

            return;
        }

        LayerStatistics[] seen = [.. context.Statistics[..layers]];
        float[] preferences = [.. seen.Select(layer => CakePreference.Of(
            CakePreference.Comparable(layer.Entropy, layer.Tokens, promptTokens), layer.Variance, options.Tau1, options.Tau2))];
        int[] prefix = ledger.Allocate(preferences, [.. seen.Select(layer => Math.Max(0, layer.Tokens - window))], context.Layers);
        for (int layer = 0; layer < layers; layer++)
        {
            budgets[layer] = prefix[layer] + window;
        }
    }
}
