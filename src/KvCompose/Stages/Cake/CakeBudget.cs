namespace KvCompose;

/// <summary>
/// CAKE's layer budgets: P = H^(1/τ1)·V^(1/τ2) from the entropy and the summed variance of the window's attention; the whole
/// budget is divided among the layers seen so far, so layers that are done shrink while the prompt is still being processed.
/// A layer that holds less than its budget grows up to it while decoding. Source: Qin et al., ICLR 2025, arXiv 2503.12491.
/// </summary>
/// <remarks>By default shares become whole tokens by water-filling, not by the published arithmetic; see <see cref="Mode"/>.</remarks>
[LayerBudgetFacts(
    Observes = AttentionStatistics.LayerEntropy | AttentionStatistics.WindowVariance,
    Needs = StageProducts.TokenScores | StageProducts.RankedOrder,
    Provides = StageProducts.LayerBudgets,
    RevisesEarlierLayers = true,
    QueryAware = true,
    Source = "arXiv 2503.12491")]
public readonly struct CakeBudget : ILayerBudget<CakeBudget>
{
    /// <summary>The declared defaults, so that whoever overrides one option at run time need not repeat the others.</summary>
    public CakeBudget()
    {
        Tokens = 1024;
        Tau1 = 1;
        Tau2 = 1;
    }

    /// <summary>C: average tokens per layer and key-value head, window included.</summary>
    [StageOption(1024, Minimum = 2, Maximum = 16_777_216, Role = OptionRole.Budget, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>Published exponents by name; decides <see cref="Tau1"/> and <see cref="Tau2"/> unless it is <see cref="CakeTuning.None"/>.</summary>
    [StageOption(CakeTuning.None, RunTime = true, Decides = [nameof(Tau1), nameof(Tau2)])]
    public CakeTuning Tuning { get; init; }

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
        // The variance needs windows of two tokens and more; a selection that protects fewer gets two of its budget for sure.
        int layers = context.Layer + 1, window = Math.Max(2, context.ProtectedTokens);
        var division = new CakeDivision(options.Mode, options.Tokens, window);
        if (!division.Evicts(context.PromptTokens))
        {
            budgets[..layers].Fill(context.PromptTokens);
            context.Capacities[..Math.Min(layers, context.Capacities.Length)].Fill(options.Tokens);
            return;
        }

        (double tau1, double tau2) = CakeTunings.Exponents(options.Tuning, options.Tau1, options.Tau2);
        Span<float> preferences = stackalloc float[layers];
        Span<int> caps = stackalloc int[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            LayerStatistics seen = context.Statistics[layer];
            double entropy = CakeLayerPreference.Comparable(seen.Entropy, seen.Tokens, context.PromptTokens);
            preferences[layer] = CakeLayerPreference.Of(entropy, seen.Variance, tau1, tau2);
            caps[layer] = Math.Max(0, seen.Tokens - window);
        }

        division.Allocate(preferences, caps, context.Layers, budgets[..layers]);
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

    /// <inheritdoc cref="CakeBudget.Tuning"/>
    public CakeTuning Tuning { get; set; }

    /// <inheritdoc cref="CakeBudget.Tau1"/>
    public double Tau1 { get; set; }

    /// <inheritdoc cref="CakeBudget.Tau2"/>
    public double Tau2 { get; set; }

    /// <inheritdoc cref="CakeBudget.Mode"/>
    public CakeLedgerMode Mode { get; set; }
}
