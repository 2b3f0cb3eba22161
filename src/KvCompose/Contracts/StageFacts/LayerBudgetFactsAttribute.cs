namespace KvCompose;

/// <summary>Facts of a layer budget (<see cref="ILayerBudget{TSelf}"/>).</summary>
public sealed class LayerBudgetFactsAttribute : StageFactsAttribute
{
    /// <summary>Whether every layer gets the same number of tokens, so that what a pipeline holds is known to the byte.</summary>
    public bool EqualLayers { get; set; }

    /// <summary>Whether budgets of layers that are done may shrink when deeper layers are seen.</summary>
    public bool RevisesEarlierLayers { get; set; }
}
