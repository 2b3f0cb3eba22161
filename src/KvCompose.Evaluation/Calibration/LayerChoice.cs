namespace KvCompose.Evaluation;

/// <summary>
/// Chooses the layer after which fewer tokens propagate, from how far the model's final hidden state then is from that of the whole prompt.
/// Source: Jo et al., "FastKV", arXiv 2502.01068. Its formula takes the closest of the first L_max + 1 layers, which over a curve that falls
/// with the layer is nearly always the last of them; its words ask for the earliest layer whose output stays close.
/// </summary>
/// <param name="Layer">The earliest layer within the distance; null when none is.</param>
/// <param name="Closest">The layer of the smallest distance, the earliest of equals.</param>
public sealed record LayerChoice(int? Layer, int Closest)
{
    /// <summary>Chooses among the layers that are allowed.</summary>
    /// <param name="distances">[L], mean squared L2 distance of the final hidden state for a propagation layer at each layer.</param>
    /// <param name="first">The first layer that may be chosen, 0-based: what the earliest layers find, only later ones look for.</param>
    /// <param name="last">L_max, 0-based.</param>
    /// <param name="epsilon">The distance that still counts as close; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The layers are not among those measured or in the wrong order, or the distance is negative or no number.</exception>
    public static LayerChoice Of(ReadOnlySpan<double> distances, int first, int last, double epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, last);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(last, distances.Length);
        if (!(epsilon >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "a distance is not negative");
        }

        int? earliest = null;
        int closest = first;
        for (int layer = first; layer <= last; layer++)
        {
            earliest ??= distances[layer] <= epsilon ? layer : null;
            closest = distances[layer] < distances[closest] ? layer : closest;
        }

        return new LayerChoice(earliest, closest);
    }
}
