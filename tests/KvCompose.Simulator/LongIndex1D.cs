namespace ILGPU;

/// <summary>A 64-bit index with one dimension.</summary>
/// <param name="value">The index.</param>
public readonly struct LongIndex1D(long value) : IEquatable<LongIndex1D>
{
    /// <summary>The index.</summary>
    public long X { get; } = value;

    /// <summary>The index as a number of elements.</summary>
    public long Size => X;

    /// <summary>The number an index stands for.</summary>
    public static implicit operator long(LongIndex1D idx) => idx.X;

    /// <summary>A number as an index.</summary>
    public static implicit operator LongIndex1D(long idx) => new(idx);

    /// <summary>Whether two indices are the same.</summary>
    public static bool operator ==(LongIndex1D first, LongIndex1D second) => first.X == second.X;

    /// <summary>Whether two indices differ.</summary>
    public static bool operator !=(LongIndex1D first, LongIndex1D second) => first.X != second.X;

    /// <inheritdoc/>
    public bool Equals(LongIndex1D other) => X == other.X;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LongIndex1D other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => X.GetHashCode();

    /// <summary>The number.</summary>
    public override string ToString() => X.ToString();
}
