using KvCompose.Reference;

namespace KvCompose;

/// <summary>
/// CAKE's layer budgets: P = H^(1/τ1)·V^(1/τ2) from the entropy and the summed variance of the window's attention; the whole
/// budget is divided among the layers seen so far, so layers that are done shrink while the prompt is still being processed.
/// Acts in prefill; the cache grows while decoding. Source: Qin et al., ICLR 2025, arXiv 2503.12491.
/// </summary>
[StageFacts(
    Observes = AttentionStatistics.LayerEntropy | AttentionStatistics.WindowVariance,
    Needs = StageProducts.TokenScores | StageProducts.RankedOrder,
    Provides = StageProducts.LayerBudgets,
    RevisesEarlierLayers = true,
    QueryAware = true,
    Source = "arXiv 2503.12491")]
public readonly struct CakeBudget : ILayerBudget<CakeBudget>
{
    /// <summary>C: average tokens per layer and key-value head, window included.</summary>
    [StageOption(1024, Minimum = 2, Maximum = 16_777_216, Role = OptionRole.Budget, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>τ1, whose inverse is the entropy's exponent.</summary>
    [StageOption(1.0, Minimum = 0.01, Maximum = 100, RunTime = true)]
    public double Tau1 { get; init; }

    /// <summary>τ2, whose inverse is the variance's exponent.</summary>
    [StageOption(1.0, Minimum = 0.01, Maximum = 100, RunTime = true)]
    public double Tau2 { get; init; }

    /// <summary>How shares become whole tokens; the published arithmetic, or one in which layers that are done never rise.</summary>
    [StageOption(CakeLedgerMode.Monotone, RunTime = true)]
    public CakeLedgerMode Mode { get; init; }

    /// <inheritdoc/>
    public static void Allocate(in CakeBudget options, in LayerBudgetContext context, Span<int> budgets)
    {
        int layers = context.Layer + 1, window = context.ProtectedTokens;
        var ledger = new CakeLedger(options.Mode, options.Tokens, window);
        if (!ledger.Evicts(context.PromptTokens))
        {
            budgets[..layers].Fill(context.PromptTokens);
            return;
        }

        Span<float> preferences = stackalloc float[layers];
        Span<int> caps = stackalloc int[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            LayerStatistics seen = context.Statistics[layer];
            preferences[layer] = CakePreference.Of(seen.Entropy, seen.Variance, options.Tau1, options.Tau2);
            caps[layer] = Math.Max(0, seen.Tokens - window);
        }

        ledger.Allocate(preferences, caps, context.Layers, budgets[..layers]);
        for (int layer = 0; layer < layers; layer++)
        {
            budgets[layer] += window;
        }
    }
}

/// <summary>Declares <see cref="CakeBudget"/>.</summary>
public sealed class CakeBudgetAttribute : LayerBudgetAttribute<CakeBudget>
{
    /// <inheritdoc cref="CakeBudget.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="CakeBudget.Tau1"/>
    public double Tau1 { get; set; }

    /// <inheritdoc cref="CakeBudget.Tau2"/>
    public double Tau2 { get; set; }

    /// <inheritdoc cref="CakeBudget.Mode"/>
    public CakeLedgerMode Mode { get; set; }
}
