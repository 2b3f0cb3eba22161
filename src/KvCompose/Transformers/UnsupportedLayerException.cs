namespace KvCompose;

/// <summary>A model has a layer that sessions cannot attend.</summary>
public sealed class UnsupportedLayerException : NotSupportedException
{
    internal UnsupportedLayerException(int layer, string problem)
        : base($"layer {layer} {problem}")
        => Layer = layer;

    /// <summary>The layer.</summary>
    public int Layer { get; }

    /// <summary>The bound of scores that all layers without a window have in common.</summary>
    internal static float SharedSoftCap(ReadOnlySpan<LayerFacts> layers)
    {
        float? cap = null;
        for (int layer = 0; layer < layers.Length; layer++)
        {
            if (layers[layer].Kind == LayerKind.SlidingWindow)
            {
                continue;
            }

            cap ??= layers[layer].SoftCap;
            if (layers[layer].SoftCap != cap)
            {
                throw new UnsupportedLayerException(
                    layer, $"bounds its scores to {layers[layer].SoftCap}, layers before it to {cap}: sessions bound all layers that see every token alike");
            }
        }

        return cap ?? 0;
    }

    /// <summary>Throws if a layer of the model attends in a way that the emitted attention does not compute.</summary>
    internal static void ThrowIfAny<TTransformer>(TTransformer transformer)
        where TTransformer : struct, ITransformer
    {
        TransformerShape shape = transformer.Shape;
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            LayerFacts facts = transformer.Layer(layer);
            if (facts.SoftCap != 0)
            {
                throw new UnsupportedLayerException(
                    layer, $"bounds its scores to {facts.SoftCap} by a soft cap, which is not computed here");
            }

            if (facts.Kind == LayerKind.SlidingWindow && facts.Window < shape.Context)
            {
                throw new UnsupportedLayerException(
                    layer,
                    $"sees a window of {facts.Window} tokens, which is not bounded here: open the model with a context of at most "
                    + $"{facts.Window} tokens, within which the window changes nothing");
            }
        }
    }
}
