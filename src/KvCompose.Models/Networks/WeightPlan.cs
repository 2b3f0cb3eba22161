using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>Rows of a tensor; of a vector its elements.</summary>
internal readonly record struct TensorRows(StoredTensor Tensor, int First, int Count)
{
    /// <summary>The tensor in another order or form, made when it is first needed; null for as it is stored.</summary>
    public Lazy<StoredTensor>? Converted { get; init; }
}

/// <summary>The tensors of a normalisation: one, or one for each head. None where it has no weights, and then their number.</summary>
internal sealed record NormPlan(StoredTensor[] Weights, StoredTensor? Bias, int Unweighted = 0);

/// <summary>The tensors of a mixture of experts.</summary>
internal sealed record ExpertsPlan(TensorRows Router, TensorRows[] Down)
{
    /// <summary>By expert; empty where both are in one matrix.</summary>
    public TensorRows[] Gate { get; init; } = [];

    public TensorRows[] Up { get; init; } = [];

    /// <summary>By expert, rows of gate and up projection alternating; empty where they are apart.</summary>
    public TensorRows[] GateAndUp { get; init; } = [];

    /// <summary>By expert.</summary>
    public TensorRows[] GateBias { get; init; } = [];

    public TensorRows[] UpBias { get; init; } = [];

    public TensorRows[] DownBias { get; init; } = [];

    public TensorRows? RouterBias { get; init; }

    public TensorRows? SelectionBias { get; init; }

    public TensorRows? ExpertScale { get; init; }

    public TensorRows? RouterScale { get; init; }

    public TensorRows? SharedGate { get; init; }

    public NormPlan? Norm { get; init; }

    public NormPlan? OutputNorm { get; init; }

    public NormPlan? DenseOutputNorm { get; init; }
}

/// <summary>The tensors of what a layer with a fixed state has in the place of attention.</summary>
internal sealed record RecurrentPlan(TensorRows[] Inputs, TensorRows Convolution, TensorRows Output)
{
    public TensorRows? InputBias { get; init; }

    public TensorRows? ConvolutionBias { get; init; }

    public TensorRows? OutputBias { get; init; }

    public TensorRows? Decay { get; init; }

    public TensorRows? StepBias { get; init; }

    public TensorRows? Skip { get; init; }

    public NormPlan? Norm { get; init; }
}

/// <summary>The tensors of what a layer gets of the token itself.</summary>
internal sealed record LayerInputPlan(TensorRows Gate, TensorRows Projection, NormPlan Norm);

/// <summary>The tensors of one layer, found and of the right shape, not yet read.</summary>
internal sealed record LayerPlan
{
    public TensorRows? Query { get; init; }

    public TensorRows? Key { get; init; }

    public TensorRows? Value { get; init; }

    /// <summary>The projection of what the output is gated by.</summary>
    public TensorRows? OutputGate { get; init; }

    public TensorRows? Output { get; init; }

    public TensorRows? Gate { get; init; }

    public TensorRows? Up { get; init; }

    public TensorRows? Down { get; init; }

    public TensorRows? Sinks { get; init; }

    public TensorRows? OutputScale { get; init; }

    public ExpertsPlan? Experts { get; init; }

    public RecurrentPlan? Recurrent { get; init; }

    public LayerInputPlan? LayerInput { get; init; }

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
    /// <summary>The second embedding, the projection of the first one, and its norm, where layers get something of the token itself.</summary>
    public LayerInputPlan? LayerInput { get; init; }

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
            [.. description.Layers.Select((layer, i) => new LayerPlanner(checkpoint, names, i, layer, description).Create())])
        {
            LayerInput = LayerInputOf(checkpoint, description, names),
        };
        checkpoint.RejectUnused(description.Layers.SelectMany((layer, i) => Enum.GetValues<LayerPart>()
            .Where(part => layer.Attention?.ReadsLayer is null || part is not (LayerPart.Key or LayerPart.Value or LayerPart.KeyNorm))
            .Select(part => names.Of(i, part, layer).Replace(TensorNames.ExpertPlace, "0", StringComparison.Ordinal))
            .SelectMany(static name => new[] { name + ".weight", name + ".bias", name })));
        return plan;
    }

    private static LayerInputPlan? LayerInputOf(Checkpoint checkpoint, NetworkDescription description, TensorNames names)
    {
        if (description.PerLayerInput is not { } input)
        {
            return null;
        }

        int all = input.Width * description.Layers.Count;
        return new LayerInputPlan(
            new TensorRows(checkpoint.Require(names.LayerInputEmbedding + ".weight", input.Vocabulary, all), 0, input.Vocabulary),
            new TensorRows(checkpoint.Require(names.LayerInputProjection + ".weight", all, description.Hidden), 0, all),
            LayerPlanner.Norm(checkpoint, names.LayerInputNorm, input.Norm, input.Width));
    }
}
