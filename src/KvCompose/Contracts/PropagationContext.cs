namespace KvCompose;

/// <summary>What a propagation stage sees before a layer of the prompt attends.</summary>
public readonly struct PropagationContext
{
    /// <summary>The layer whose output may be cut, 0-based.</summary>
    public int Layer { get; init; }

    /// <summary>Layers of the model, L.</summary>
    public int Layers { get; init; }

    /// <summary>Tokens of the prompt, n.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens that reached the layer, n_l.</summary>
    public int Tokens { get; init; }

    /// <summary>Tokens at the end of the prompt that always go on.</summary>
    public int Window { get; init; }

    /// <summary><see cref="IPropagation{TSelf}.Share"/> of a stage, its own or the default.</summary>
    public double ShareOf<TStage>(in TStage stage, int onward)
        where TStage : unmanaged, IPropagation<TStage>
        => TStage.Share(in stage, in this, onward);
}
