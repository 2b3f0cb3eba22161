namespace KvCompose;

/// <summary>What a layer-budget stage sees when a layer's attention is done.</summary>
public readonly ref struct LayerBudgetContext
{
    /// <summary>A context without propagation.</summary>
    public LayerBudgetContext()
    {
    }

    /// <summary>The layer that is done, 0-based.</summary>
    public int Layer { get; init; }

    /// <summary>Layers of the model, L.</summary>
    public int Layers { get; init; }

    /// <summary>Key-value heads of a layer, Hkv.</summary>
    public int KeyValueHeads { get; init; }

    /// <summary>Tokens of one page, P.</summary>
    public int PageTokens { get; init; }

    /// <summary>Bytes of one page of one key-value head.</summary>
    public int PageBytes { get; init; }

    /// <summary>Tokens of the prompt, n; not reduced by propagation.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens that reached the layer, n_l.</summary>
    public int Tokens { get; init; }

    /// <summary>
    /// The share of the prompt that reached the layer: the product of the rates of all propagations before it, 1 without one.
    /// A rate r of the prompt is r / share of <see cref="Tokens"/>.
    /// </summary>
    public double PropagatedShare { get; init; } = 1;

    /// <summary>Tokens per key-value head that the selection keeps whatever the budget is (sinks and window).</summary>
    public int ProtectedTokens { get; init; }

    /// <summary>Statistics of layers 0 … <see cref="Layer"/>.</summary>
    public ReadOnlySpan<LayerStatistics> Statistics { get; init; }

    /// <summary>
    /// [Layers], 0 when called and kept between calls of one prompt: receives the tokens per key-value head that a layer may hold while
    /// decoding, where these are not its budget; 0 means the budget. Empty unless the selection evicts while decoding
    /// and no head role divides the layer.
    /// </summary>
    public Span<int> Capacities { get; init; }

    /// <summary>Tokens a key-value head whose pages, over all layers and heads, take no more than so many bytes.</summary>
    public int TokensOf(long bytes)
        => (int)Math.Min(bytes / ((long)Layers * KeyValueHeads * PageBytes), int.MaxValue / PageTokens) * PageTokens;
}
