namespace KvCompose.Retrieval;

/// <summary>A key cannot be indexed because an element, or its squared norm, is not a finite number. The index is as it was.</summary>
/// <param name="position">Position of the key's token.</param>
/// <param name="element">Which element, 0-based; −1 where only the squared norm overflows.</param>
/// <param name="value">What it is.</param>
public sealed class NonFiniteKeyException(int position, int element, float value)
    : ArithmeticException(
        element < 0
            ? $"the squared norm of the key at position {position} is {value}: the key cannot be indexed"
            : $"the key at position {position} is {value} at element {element}: it cannot be indexed")
{
    /// <summary>Position of the key's token.</summary>
    public int Position { get; } = position;

    /// <summary>Which element, 0-based; −1 where only the squared norm overflows.</summary>
    public int Element { get; } = element;
}
