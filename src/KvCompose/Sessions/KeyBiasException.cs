namespace KvCompose;

/// <summary>
/// A pipeline stores keys as codes that cannot tell the keys of this model apart: biases of its key projection are much larger than what keys differ by.
/// <see cref="SessionOptions.AcceptKeyBiases"/> opens the session all the same.
/// </summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="layer">The first such layer.</param>
/// <param name="head">Its worst key-value head.</param>
/// <param name="noise">What the rounding adds because of biases, as a share of the variance of the head's keys.</param>
/// <param name="bits">Bits of a code.</param>
public sealed class KeyBiasException(string pipeline, int layer, int head, double noise, int bits)
    : NotSupportedException(FormattableString.Invariant(
        $"pipeline '{pipeline}' stores keys in {bits} bits, but in layer {layer}, key-value head {head}, biases of the model's keys widen the scales so far that rounding adds {noise:0.00} of the keys' own variance (at most {Sessions.KeyBiasProbe.Limit} is accepted): store more bits, or set {nameof(SessionOptions)}.{nameof(SessionOptions.AcceptKeyBiases)}"))
{
    /// <summary>The first such layer.</summary>
    public int Layer { get; } = layer;

    /// <summary>Its worst key-value head.</summary>
    public int Head { get; } = head;

    /// <summary>What the rounding adds because of biases, as a share of the variance of the head's keys.</summary>
    public double Noise { get; } = noise;
}
