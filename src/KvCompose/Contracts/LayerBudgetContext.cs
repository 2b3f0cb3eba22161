namespace KvCompose;

/// <summary>What a layer-budget stage sees when a layer's attention is done.</summary>
public readonly ref struct LayerBudgetContext
{
    /// <summary>The layer that is done, 0-based.</summary>
    public int Layer { get; init; }

    /// <summary>Layers of the model, L.</summary>
    public int Layers { get; init; }

    /// <summary>Tokens of the prompt, n; not reduced by propagation.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens per key-value head that the selection keeps whatever the budget is (sinks and window).</summary>
    public int ProtectedTokens { get; init; }

    /// <summary>Statistics of layers 0 … <see cref="Layer"/>.</summary>
    public ReadOnlySpan<LayerStatistics> Statistics { get; init; }
}
