namespace KvCompose;

/// <summary>
/// A model computed a key or value with an element that is not a finite number. A prompt that fails so leaves the sequence empty; a step leaves it in the
/// middle, so that it needs a prompt again.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="head">The key-value head.</param>
/// <param name="position">Position of the token.</param>
/// <param name="element">Which element, 0-based.</param>
/// <param name="isKey">Whether it is in the key, or else in the value.</param>
/// <param name="value">What it is.</param>
public sealed class NonFiniteTokenException(int layer, int head, int position, int element, bool isKey, float value)
    : ArithmeticException(FormattableString.Invariant(
        $"layer {layer}, key-value head {head}: the {(isKey ? "key" : "value")} at position {position} is {value} at element {element}"))
{
    /// <summary>The layer.</summary>
    public int Layer { get; } = layer;

    /// <summary>The key-value head.</summary>
    public int Head { get; } = head;

    /// <summary>Position of the token.</summary>
    public int Position { get; } = position;

    /// <summary>Which element, 0-based.</summary>
    public int Element { get; } = element;

    /// <summary>Whether it is in the key, or else in the value.</summary>
    public bool IsKey { get; } = isKey;
}
