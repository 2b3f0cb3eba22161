namespace KvCompose.Residency.Pages;

/// <summary>A key cannot be indexed because an element, or its squared norm, is not a finite number. The index is as it was.</summary>
public sealed class NonFiniteKeyException : ArithmeticException
{
    private readonly float _value;

    /// <summary>A key without a known place in the model.</summary>
    /// <param name="position">Position of the key's token.</param>
    /// <param name="element">Which element, 0-based; −1 where only the squared norm overflows.</param>
    /// <param name="value">What it is.</param>
    public NonFiniteKeyException(int position, int element, float value)
        : this("", position, element, value)
    {
    }

    private NonFiniteKeyException(string where, int position, int element, float value)
        : base(element < 0
            ? $"{where}the squared norm of the key at position {position} is {value}: the key cannot be indexed"
            : $"{where}the key at position {position} is {value} at element {element}: it cannot be indexed")
    {
        Position = position;
        Element = element;
        _value = value;
    }

    /// <summary>Position of the key's token.</summary>
    public int Position { get; }

    /// <summary>Which element, 0-based; −1 where only the squared norm overflows.</summary>
    public int Element { get; }

    /// <summary>The same failure, of a head that is known.</summary>
    internal NonFiniteKeyException At(int layer, int head) => new($"layer {layer}, key-value head {head}: ", Position, Element, _value);
}
