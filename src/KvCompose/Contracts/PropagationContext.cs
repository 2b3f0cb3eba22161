namespace KvCompose;

/// <summary>What a propagation stage sees when a layer of the prompt is done.</summary>
public readonly struct PropagationContext
{
    /// <summary>The layer that is done, 0-based.</summary>
    public int Layer { get; init; }

    /// <summary>Layers of the model, L.</summary>
    public int Layers { get; init; }

    /// <summary>Tokens of the prompt, n.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens that reached the layer, n_l.</summary>
    public int Tokens { get; init; }

    /// <summary>Tokens at the end of the prompt that always go on.</summary>
    public int Window { get; init; }
}
