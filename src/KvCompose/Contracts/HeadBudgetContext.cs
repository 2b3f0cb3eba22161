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

    /// <summary>Those of them at the start of the prompt.</summary>
    public int Sinks { get; init; }

    /// <summary>Tokens of one page, P.</summary>
    public int PageTokens { get; init; }

    /// <summary>What is known of the model's heads; null unless the facts need <see cref="StageProducts.HeadProfile"/>.</summary>
    public HeadProfile? Profile { get; init; }

    /// <summary>
    /// Scores after pooling and reduction, one row of <see cref="ScoreStride"/> a key-value head; those of the first n_l − window
    /// tokens are set. Empty unless the facts need <see cref="StageProducts.TokenScores"/>.
    /// </summary>
    public ReadOnlySpan<float> Scores { get; init; }

    /// <summary>
    /// Mean scores of the heads of all layers, [<see cref="Layers"/>, <see cref="ScoredHeads"/>], from the stage's profile, as
    /// <see cref="IHeadRole{TSelf}.Prepare"/> left them; empty unless the stage's facts ask for <see cref="ProfileKind.HeadScores"/>.
    /// </summary>
    public ReadOnlySpan<double> HeadScores { get; init; }

    /// <summary>Heads of a layer that the profile scores: the model's query heads or its key-value heads.</summary>
    public int ScoredHeads { get; init; }

    /// <summary>Elements between two rows of <see cref="Scores"/>.</summary>
    public int ScoreStride { get; init; }
}
