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
}
