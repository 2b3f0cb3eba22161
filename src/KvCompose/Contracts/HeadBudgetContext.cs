namespace KvCompose;

/// <summary>What a head-role stage sees when a layer's budget is known.</summary>
public readonly ref struct HeadBudgetContext
{
    /// <summary>The layer, 0-based.</summary>
    public int Layer { get; init; }

    /// <summary>Layers of the model, L.</summary>
    public int Layers { get; init; }

    /// <summary>Tokens of the prompt, n.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens that reached the layer, n_l.</summary>
    public int Tokens { get; init; }

    /// <summary>Tokens per key-value head that the layer may keep on average, sinks and window included.</summary>
    public int LayerBudget { get; init; }

    /// <summary>Tokens per key-value head that are kept whatever the budget is.</summary>
    public int ProtectedTokens { get; init; }

    /// <summary>Scores [Hkv, n_l] after pooling and reduction; empty unless the facts need <see cref="StageProducts.TokenScores"/>.</summary>
    public ReadOnlySpan<float> Scores { get; init; }
}
