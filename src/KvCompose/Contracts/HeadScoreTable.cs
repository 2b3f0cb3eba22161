namespace KvCompose;

/// <summary>What a profile scores of the heads of a model, as <see cref="IHeadRole{TSelf}.Prepare"/> sees it.</summary>
/// <param name="scores">[layers, <paramref name="headsPerLayer"/>], may be written.</param>
/// <param name="headsPerLayer">Heads of a layer that the profile scores: the model's query heads or its key-value heads.</param>
/// <param name="keyValueHeads">Key-value heads of a layer, which divide <paramref name="headsPerLayer"/>.</param>
public readonly ref struct HeadScoreTable(Span<double> scores, int headsPerLayer, int keyValueHeads)
{
    /// <summary>[layers, <see cref="HeadsPerLayer"/>], layer by layer.</summary>
    public Span<double> Scores { get; } = scores;

    /// <summary>Heads of a layer that the profile scores.</summary>
    public int HeadsPerLayer { get; } = headsPerLayer;

    /// <summary>Key-value heads of a layer.</summary>
    public int KeyValueHeads { get; } = keyValueHeads;
}
