namespace KvCompose.Models;

/// <summary>
/// A decoder-only network as data: everything that decides its results, and nothing of how it is computed. Read from config.json
/// or from the metadata of a GGUF file.
/// </summary>
public sealed record NetworkDescription
{
    /// <summary>The family that it belongs to, as a person would name it.</summary>
    public required string Family { get; init; }

    /// <summary>Elements of one hidden state, D.</summary>
    public required int Hidden { get; init; }

    /// <summary>Number of tokens the model can name.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Longest sequence that the model was made for, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>The decoder layers, from the first.</summary>
    public required IReadOnlyList<LayerDescription> Layers { get; init; }

    /// <summary>What every embedding is multiplied with.</summary>
    public float EmbeddingMultiplier { get; init; } = 1;

    /// <summary>The normalisation before the language-model head.</summary>
    public required NormDescription FinalNorm { get; init; }

    /// <summary>What every logit is multiplied with.</summary>
    public float LogitMultiplier { get; init; } = 1;

    /// <summary>The bound c of logits, c · tanh(logit / c); null for none.</summary>
    public float? LogitSoftCap { get; init; }

    /// <summary>Whether the embedding serves as the head where the file has no head of its own.</summary>
    public required bool TiedEmbeddings { get; init; }

    /// <summary>What every layer gets of the token itself, beside the hidden state; null for nothing.</summary>
    public PerLayerInputDescription? PerLayerInput { get; init; }

    /// <summary>
    /// The dimensions that a pipeline has to know. Heads are those of the layers with a growing cache of their own, which are all
    /// alike. A row of hidden states has room for the token's id behind it where layers get an input of the token itself.
    /// </summary>
    public TransformerShape Shape
    {
        get
        {
            AttentionDescription heads = Layers.Select(static layer => layer.Attention)
                .OrderBy(static attention => attention is null ? 2 : attention.HoldsGrowingCache ? 0 : 1).First()
                ?? throw new InvalidOperationException("the network has no layer with attention");
            int row = PerLayerInput is null ? Hidden : Hidden + PerLayerInputDescription.RowExtension;
            return new TransformerShape(Layers.Count, heads.QueryHeads, heads.KeyValueHeads, heads.HeadDim, row, Vocabulary, Context);
        }
    }
}

/// <summary>One decoder layer.</summary>
public sealed record LayerDescription
{
    /// <summary>How it attends; null for a layer with a fixed state.</summary>
    public AttentionDescription? Attention { get; init; }

    /// <summary>What takes the place of attention in a layer with a fixed state; null for a layer that attends.</summary>
    public RecurrentDescription? Recurrent { get; init; }

    /// <summary>Its feed-forward block, or the expert that all tokens share; null where there are only chosen experts.</summary>
    public FeedForwardDescription? FeedForward { get; init; }

    /// <summary>The experts of which some are chosen for every token; null for none.</summary>
    public ExpertsDescription? Experts { get; init; }

    /// <summary>Normalisation of what attention reads; null for none.</summary>
    public NormDescription? AttentionNorm { get; init; }

    /// <summary>Normalisation of what attention adds; null for none.</summary>
    public NormDescription? AttentionOutputNorm { get; init; }

    /// <summary>Normalisation of what the feed-forward block reads; null for none. A parallel block reads what attention reads.</summary>
    public NormDescription? FeedForwardNorm { get; init; }

    /// <summary>Normalisation of what the feed-forward block adds; null for none.</summary>
    public NormDescription? FeedForwardOutputNorm { get; init; }

    /// <summary>Whether attention and feed-forward block read the same input and are added together.</summary>
    public bool Parallel { get; init; }

    /// <summary>What attention and feed-forward block are multiplied with before they are added.</summary>
    public float ResidualMultiplier { get; init; } = 1;

    /// <summary>Whether the hidden state is multiplied with a stored number when the layer is done.</summary>
    public bool OutputScale { get; init; }
}

/// <summary>The attention of one layer.</summary>
public sealed record AttentionDescription
{
    /// <summary>Query heads, Hq.</summary>
    public required int QueryHeads { get; init; }

    /// <summary>Key-value heads, Hkv; divides <see cref="QueryHeads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Elements of a head, d.</summary>
    public required int HeadDim { get; init; }

    /// <summary>What a product of query and key is multiplied with.</summary>
    public required double Scale { get; init; }

    /// <summary>Positions that a token sees, itself included; null for all before it.</summary>
    public int? Window { get; init; }

    /// <summary>The bound c of scaled scores, c · tanh(score / c); null for none.</summary>
    public float? SoftCap { get; init; }

    /// <summary>How queries and keys are rotated; null for not at all.</summary>
    public RotationDescription? Rotation { get; init; }

    /// <summary>Whether the projections of queries, keys and values have biases.</summary>
    public bool InputBias { get; init; }

    /// <summary>Whether the output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Normalisation of queries and keys before they are rotated; null for none.</summary>
    public NormDescription? QueryKeyNorm { get; init; }

    /// <summary>What <see cref="QueryKeyNorm"/> runs over.</summary>
    public HeadNormScope QueryKeyNormScope { get; init; }

    /// <summary>Normalisation of every head's value, without weights; null for none.</summary>
    public NormDescription? ValueNorm { get; init; }

    /// <summary>Whether values are what the key projection gives, before keys are normalised and rotated.</summary>
    public bool ValuesAreKeys { get; init; }

    /// <summary>Whether every query head has one more logit in its softmax, without a value.</summary>
    public bool Sinks { get; init; }

    /// <summary>Whether what is attended is multiplied with σ of a projection of the same input.</summary>
    public bool OutputGate { get; init; }

    /// <summary>The earlier layer whose keys and values are attended to; null for the layer's own.</summary>
    public int? ReadsLayer { get; init; }

    /// <summary>Positions of a block outside of which a token sees nothing; null for no blocks. The window is then as wide.</summary>
    public int? Block { get; init; }

    /// <summary>What queries are multiplied with by their position; null for nothing.</summary>
    public QueryScaleDescription? QueryScale { get; init; }

    internal bool HoldsGrowingCache => Window is null && ReadsLayer is null;

    /// <summary>The first position that a token sees.</summary>
    internal int FirstSeen(int position)
        => Block is { } block ? position / block * block : Window is { } window ? Math.Max(0, position - window + 1) : 0;
}

/// <summary>Queries times 1 + weight · ln(1 + ⌊(position + first) / length⌋).</summary>
/// <param name="Weight">Of the logarithm.</param>
/// <param name="Length">Positions that share a factor.</param>
/// <param name="First">What the first position counts as.</param>
public sealed record QueryScaleDescription(double Weight, double Length, int First = 0)
{
    internal float At(int position) => (float)(1 + (Weight * Math.Log(1 + Math.Floor((position + First) / Length))));
}

/// <summary>
/// What a layer gets of the token itself (Gemma 4 E): a row of a second embedding and a projection of the first one, which pass
/// through a gate into the hidden state behind the feed-forward block.
/// </summary>
/// <param name="Width">Elements for one layer, P.</param>
/// <param name="Activation">Of the gate.</param>
/// <param name="Norm">Of the projection, and of what a layer adds.</param>
/// <param name="Vocabulary">Tokens of the second embedding.</param>
public sealed record PerLayerInputDescription(int Width, Activation Activation, NormDescription Norm, int Vocabulary)
{
    /// <summary>Elements behind a hidden state; the first is the token's id. As many as keep rows aligned.</summary>
    internal const int RowExtension = 16;
}

/// <summary>The feed-forward block of one layer: down(activation(gate(x)) · up(x)).</summary>
/// <param name="Width">Elements between the projections.</param>
/// <param name="Activation">The activation.</param>
/// <param name="Bias">Whether the projections have biases.</param>
public sealed record FeedForwardDescription(int Width, Activation Activation, bool Bias = false);

/// <summary>A normalisation.</summary>
/// <param name="Kind">Its formula.</param>
/// <param name="Epsilon">What is added under the root.</param>
/// <param name="WeightOffset">What is added to every stored weight: 1 where a file stores w for a factor of 1 + w.</param>
/// <param name="Bias">Whether a bias is added.</param>
/// <param name="Weighted">Whether there are weights; without them the factor is 1.</param>
public sealed record NormDescription(NormKind Kind, float Epsilon, float WeightOffset = 0, bool Bias = false, bool Weighted = true);

/// <summary>Rotary position embedding of one layer (Su et al. 2021).</summary>
/// <param name="Width">The first elements of a head, which are rotated; the others pass.</param>
/// <param name="Pairing">Which elements turn together.</param>
/// <param name="Theta">Base of the frequencies.</param>
/// <param name="Scaling">What happens to the frequencies.</param>
public sealed record RotationDescription(int Width, RotaryPairing Pairing, double Theta, RopeScaling Scaling);

/// <summary>Formula of a normalisation.</summary>
public enum NormKind
{
    /// <summary>x / √(mean x² + ε) · w (Zhang and Sennrich 2019).</summary>
    RootMeanSquare,

    /// <summary>(x − mean x) / √(variance x + ε) · w + b (Ba et al. 2016).</summary>
    Layer,
}

/// <summary>What a normalisation of queries and keys runs over.</summary>
public enum HeadNormScope
{
    /// <summary>Each head by itself, all with the same weights.</summary>
    SharedByHeads,

    /// <summary>Each head by itself, with its own weights.</summary>
    OwnOfHead,

    /// <summary>All heads together.</summary>
    AllHeads,
}

/// <summary>Which elements of a head turn together.</summary>
public enum RotaryPairing
{
    /// <summary>Element i and element i + width / 2.</summary>
    Halves,

    /// <summary>Elements 2i and 2i + 1.</summary>
    Neighbours,
}

/// <summary>An activation.</summary>
public enum Activation
{
    /// <summary>x / (1 + e⁻ˣ).</summary>
    Silu,

    /// <summary>x · Φ(x), exactly (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>½x · (1 + tanh(√(2/π) · (x + 0.044715x³))).</summary>
    GeluTanh,

    /// <summary>
    /// min(x, 7) · σ(1.702 · min(x, 7)), times 1 + the other factor within −7 … 7 (gpt-oss). Only of experts.
    /// </summary>
    ClampedSwish,
}
