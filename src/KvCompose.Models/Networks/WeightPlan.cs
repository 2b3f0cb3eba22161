using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>Rows of a tensor; of a vector its elements.</summary>
internal readonly record struct TensorRows(StoredTensor Tensor, int First, int Count);

/// <summary>The tensors of a normalisation: one, or one for each head.</summary>
internal sealed record NormPlan(StoredTensor[] Weights, StoredTensor? Bias);

/// <summary>The tensors of one layer, found and of the right shape, not yet read.</summary>
internal sealed record LayerPlan(
    TensorRows Query, TensorRows Key, TensorRows Value, TensorRows Output, TensorRows Gate, TensorRows Up, TensorRows Down)
{
    public NormPlan? AttentionNorm { get; init; }

    public NormPlan? AttentionOutputNorm { get; init; }

    public NormPlan? FeedForwardNorm { get; init; }

    public NormPlan? FeedForwardOutputNorm { get; init; }

    public NormPlan? QueryNorm { get; init; }

    public NormPlan? KeyNorm { get; init; }

    public TensorRows? QueryBias { get; init; }

    public TensorRows? KeyBias { get; init; }

    public TensorRows? ValueBias { get; init; }

    public TensorRows? OutputBias { get; init; }

    public TensorRows? GateBias { get; init; }

    public TensorRows? UpBias { get; init; }

    public TensorRows? DownBias { get; init; }
}

/// <summary>The tensors of a network.</summary>
internal sealed record WeightPlan(TensorRows Embedding, TensorRows Head, NormPlan FinalNorm, LayerPlan[] Layers)
{
    /// <summary>Looks up everything that the description calls for, and refuses what belongs to a layer and has no place in it.</summary>
    public static WeightPlan Create(Checkpoint checkpoint, NetworkDescription description, TensorNames names)
    {
        string embeddingName = names.Embedding + ".weight", headName = names.Head + ".weight";
        if (!checkpoint.Contains(headName) && !description.TiedEmbeddings)
        {
            throw checkpoint.Missing(headName, ". Add it, or set tie_word_embeddings where the embedding serves as the head");
        }

        // A file that has only a head uses it as the embedding.
        if (!checkpoint.Contains(embeddingName) && checkpoint.Contains(headName))
        {
            embeddingName = headName;
        }

        StoredTensor embedding = checkpoint.Require(embeddingName, description.Vocabulary, description.Hidden);
        StoredTensor head = checkpoint.Contains(headName) ? checkpoint.Require(headName, description.Vocabulary, description.Hidden) : embedding;
        var plan = new WeightPlan(
            new TensorRows(embedding, 0, description.Vocabulary), new TensorRows(head, 0, description.Vocabulary),
            LayerPlanner.Norm(checkpoint, names.FinalNorm, description.FinalNorm, description.Hidden),
            [.. description.Layers.Select((layer, i) => new LayerPlanner(checkpoint, names, i, layer, description.Hidden).Create())]);
        checkpoint.RejectUnused(description.Layers.SelectMany((layer, i) => Enum.GetValues<LayerPart>()
            .Select(part => names.Of(i, part, layer)).SelectMany(static name => new[] { name + ".weight", name + ".bias" })));
        return plan;
    }
}
