namespace ILGPU;

/// <summary>A 32-bit index with one dimension.</summary>
/// <param name="value">The index.</param>
public readonly struct Index1D(int value) : IEquatable<Index1D>
{
    /// <summary>The index.</summary>
    public int X { get; } = value;

    /// <summary>The index as a number of elements.</summary>
    public int Size => X;

    /// <summary>The number an index stands for.</summary>
    public static implicit operator int(Index1D idx) => idx.X;

    /// <summary>A number as an index.</summary>
    public static implicit operator Index1D(int idx) => new(idx);

    /// <summary>A short index as a long one.</summary>
    public static implicit operator LongIndex1D(Index1D index) => new(index.X);

    /// <summary>Whether two indices are the same.</summary>
    public static bool operator ==(Index1D first, Index1D second) => first.X == second.X;

    /// <summary>Whether two indices differ.</summary>
    public static bool operator !=(Index1D first, Index1D second) => first.X != second.X;

    /// <inheritdoc/>
    public bool Equals(Index1D other) => X == other.X;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Index1D other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => X;

    /// <summary>The number.</summary>
    public override string ToString() => X.ToString();
}
