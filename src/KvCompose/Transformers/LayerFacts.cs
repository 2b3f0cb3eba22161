namespace KvCompose;

/// <summary>What a pipeline has to know of one decoder layer. The default is a layer that sees every token before it.</summary>
/// <param name="Kind">Which tokens it sees.</param>
/// <param name="Window">Positions that a token sees, itself included, where the kind is <see cref="LayerKind.SlidingWindow"/>; else 0.</param>
/// <param name="SoftCap">The bound c of scaled scores, c · tanh(score / c); 0 for none.</param>
public readonly record struct LayerFacts(LayerKind Kind, int Window, float SoftCap)
{
    /// <summary>The facts of every layer of a model. A window that the model's context does not outgrow is none.</summary>
    internal static LayerFacts[] Of<TTransformer>(TTransformer transformer)
        where TTransformer : struct, ITransformer
    {
        TransformerShape shape = transformer.Shape;
        var layers = new LayerFacts[shape.Layers];
        for (int layer = 0; layer < layers.Length; layer++)
        {
            LayerFacts facts = transformer.Layer(layer);
            layers[layer] = facts.Kind == LayerKind.SlidingWindow && facts.Window >= shape.Context ? facts with { Kind = LayerKind.Full, Window = 0 } : facts;
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
}
