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
            if (layers[layer].Kind != LayerKind.Full)
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

    /// <summary>Throws if stages act on a layer whose heads are not those of the others, or if a layer reads a cache that is not there.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="layers">The facts of it and those before it.</param>
    /// <param name="shape">The model's dimensions.</param>
    internal static void ThrowIfUnreadable(int layer, ReadOnlySpan<LayerFacts> layers, TransformerShape shape)
    {
        LayerFacts facts = layers[layer];
        if (facts.IsStaged && (facts.HeadDim != shape.HeadDim || facts.KeyValueHeads != shape.KeyValueHeads))
        {
            throw new UnsupportedLayerException(
                layer, $"has {facts.KeyValueHeads} key-value heads of {facts.HeadDim} elements, the model {shape.KeyValueHeads} of {shape.HeadDim}: "
                + "sessions give all layers that see every token the same heads");
        }

        if (facts.ReadsLayer is not { } owner)
        {
            return;
        }

        if (owner < 0 || owner >= layer || layers[owner].ReadsLayer is not null || layers[owner].Kind != facts.Kind || facts.Kind == LayerKind.FixedState
            || layers[owner].HeadDim != facts.HeadDim || layers[owner].KeyValueHeads != facts.KeyValueHeads || layers[owner].Window != facts.Window)
        {
            throw new UnsupportedLayerException(layer, $"reads the cache of layer {owner}: expected an earlier layer of the same kind with a cache of its own");
        }
    }

    /// <summary>Throws if a layer of the model attends in a way that the emitted attention does not compute.</summary>
    internal static unsafe void ThrowIfAny<TTransformer>(TTransformer transformer)
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

            if (facts.Kind == LayerKind.FixedState || facts.ReadsLayer is not null || (facts.HeadDim != 0 && facts.HeadDim != shape.HeadDim))
            {
                throw new UnsupportedLayerException(
                    layer, facts.Kind == LayerKind.FixedState ? "holds a fixed state, which is not computed here"
                    : facts.ReadsLayer is { } owner ? $"reads the cache of layer {owner}, which is not computed here"
                    : $"has heads of {facts.HeadDim} elements, others of {shape.HeadDim}, which is not computed here");
            }

            if (transformer.Sinks(layer) is not null)
            {
                throw new UnsupportedLayerException(layer, "has sinks in its softmax, which are not computed here");
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
