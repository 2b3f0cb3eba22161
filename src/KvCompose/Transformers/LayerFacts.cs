namespace KvCompose;

/// <summary>What a pipeline has to know of one decoder layer. The default is a layer that sees every token before it.</summary>
/// <param name="Kind">Which tokens it sees.</param>
/// <param name="Window">Positions that a token sees, itself included, where the kind is <see cref="LayerKind.SlidingWindow"/>; else 0.</param>
/// <param name="SoftCap">The bound c of scaled scores, c · tanh(score / c); 0 for none.</param>
public readonly record struct LayerFacts(LayerKind Kind, int Window, float SoftCap)
{
    /// <summary>Elements of one head's query, key or value; 0 for those of <see cref="TransformerShape.HeadDim"/>.</summary>
    public int HeadDim { get; init; }

    /// <summary>Key-value heads; 0 for those of <see cref="TransformerShape.KeyValueHeads"/>.</summary>
    public int KeyValueHeads { get; init; }

    /// <summary>The earlier layer of the same kind whose cache it reads, having none of its own; null for its own.</summary>
    public int? ReadsLayer { get; init; }

    /// <summary>Whether a token sees only the block of <see cref="Window"/> positions that it is in, rather than a window that moves with it.</summary>
    public bool InBlocks { get; init; }

    /// <summary>Floats of the state of one sequence, where the kind is <see cref="LayerKind.FixedState"/>; else 0.</summary>
    public long StateFloats { get; init; }

    /// <summary>Whether the pipeline's stages act on the layer: it holds a cache of its own that grows with the sequence.</summary>
    internal bool IsStaged => Kind == LayerKind.Full && ReadsLayer is null;

    /// <summary>The first position that a token of a layer with a window sees.</summary>
    internal int FirstSeen(int position) => InBlocks ? position / Window * Window : Math.Max(0, position - Window + 1);

    /// <summary>
    /// The facts of every layer of a model, with the sizes of heads filled in. A window that the model's context does not outgrow is none, if the heads are
    /// those of layers without one.
    /// </summary>
    /// <exception cref="UnsupportedLayerException">Layers that stages act on have different heads, or a layer reads another that it cannot read.</exception>
    internal static LayerFacts[] Of<TTransformer>(TTransformer transformer)
        where TTransformer : struct, ITransformer
    {
        TransformerShape shape = transformer.Shape;
        var layers = new LayerFacts[shape.Layers];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            LayerFacts facts = transformer.Layer(layer);
            facts = facts with
            {
                HeadDim = facts.HeadDim == 0 ? shape.HeadDim : facts.HeadDim,
                KeyValueHeads = facts.KeyValueHeads == 0 ? shape.KeyValueHeads : facts.KeyValueHeads,
            };
            bool usual = facts.HeadDim == shape.HeadDim && facts.KeyValueHeads == shape.KeyValueHeads;
            layers[layer] = facts.Kind == LayerKind.SlidingWindow && facts.Window >= shape.Context && usual
                ? facts with { Kind = LayerKind.Full, Window = 0, InBlocks = false } : facts;
            UnsupportedLayerException.ThrowIfUnreadable(layer, layers, shape);
        }

        return layers;
    }
}

/// <summary>Which tokens a layer sees.</summary>
public enum LayerKind
{
    /// <summary>Every token before.</summary>
    Full,

    /// <summary>The last <see cref="LayerFacts.Window"/> tokens.</summary>
    SlidingWindow,

    /// <summary>None: what it keeps of a sequence has a fixed size (linear attention, state-space models, short convolutions).</summary>
    FixedState,
}
