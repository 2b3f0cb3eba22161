namespace ILGPU;

/// <summary>A 32-bit index with three dimensions: extents of a grid or a group.</summary>
/// <param name="x">First, fastest dimension.</param>
/// <param name="y">Second dimension.</param>
/// <param name="z">Third dimension.</param>
public readonly struct Index3D(int x, int y, int z) : IEquatable<Index3D>
{
    /// <summary>First, fastest dimension.</summary>
    public int X { get; } = x;

    /// <summary>Second dimension.</summary>
    public int Y { get; } = y;

    /// <summary>Third dimension.</summary>
    public int Z { get; } = z;

    /// <summary>Product of the dimensions.</summary>
    public int Size => X * Y * Z;

    /// <summary>Product of the dimensions, without overflow.</summary>
    public long LongSize => (long)X * Y * Z;

    /// <summary>Whether two indices are the same.</summary>
    public static bool operator ==(Index3D first, Index3D second) => first.Equals(second);

    /// <summary>Whether two indices differ.</summary>
    public static bool operator !=(Index3D first, Index3D second) => !first.Equals(second);

    /// <inheritdoc/>
    public bool Equals(Index3D other) => X == other.X && Y == other.Y && Z == other.Z;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Index3D other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(X, Y, Z);

    /// <summary>The three dimensions.</summary>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
