namespace ILGPU;

/// <summary>A 16-bit floating-point number. Arithmetic is done in float and rounded to nearest even.</summary>
public readonly struct Half : IEquatable<Half>, IComparable<Half>
{
    internal Half(ushort bits) => Bits = bits;

    internal ushort Bits { get; }

    /// <summary>Exact.</summary>
    public static implicit operator float(Half halfValue) => (float)BitConverter.UInt16BitsToHalf(halfValue.Bits);

    /// <summary>Rounded to nearest even.</summary>
    public static explicit operator Half(float floatValue) => new(BitConverter.HalfToUInt16Bits((System.Half)floatValue));

    /// <summary>The negative.</summary>
    public static Half operator -(Half halfValue) => (Half)(-(float)halfValue);

    /// <summary>Sum.</summary>
    public static Half operator +(Half first, Half second) => (Half)((float)first + second);

    /// <summary>Difference.</summary>
    public static Half operator -(Half first, Half second) => (Half)((float)first - second);

    /// <summary>Product.</summary>
    public static Half operator *(Half first, Half second) => (Half)((float)first * second);

    /// <summary>Quotient.</summary>
    public static Half operator /(Half first, Half second) => (Half)((float)first / second);

    /// <summary>Equality of numbers: NaN is not itself, both zeros are equal.</summary>
    public static bool operator ==(Half first, Half second) => (float)first == second;

    /// <summary>Inequality of numbers.</summary>
    public static bool operator !=(Half first, Half second) => (float)first != second;

    /// <summary>Less.</summary>
    public static bool operator <(Half first, Half second) => (float)first < second;

    /// <summary>Less or equal.</summary>
    public static bool operator <=(Half first, Half second) => (float)first <= second;

    /// <summary>Greater.</summary>
    public static bool operator >(Half first, Half second) => (float)first > second;

    /// <summary>Greater or equal.</summary>
    public static bool operator >=(Half first, Half second) => (float)first >= second;

    /// <inheritdoc/>
    public bool Equals(Half other) => this == other;

    /// <inheritdoc/>
    public int CompareTo(Half other) => ((float)this).CompareTo(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Half other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bits;

    /// <summary>The number as a float is shown.</summary>
    public override string ToString() => ((float)this).ToString();
}
