using System.ComponentModel;

namespace KvCompose.Residency.Pages;

/// <summary>Keys and values of one key-value head that an index takes in.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe ref struct KeySource
{
    /// <summary>Rotated keys in tiles of 16 rows, d-major: [⌈rows/16⌉][d][16].</summary>
    public float* KeyTiles { get; init; }

    /// <summary>Values; row r begins at r · <see cref="ValueStride"/>.</summary>
    public float* Values { get; init; }

    /// <summary>Elements between two rows of <see cref="Values"/>.</summary>
    public int ValueStride { get; init; }

    /// <summary>The rows to take, in the order of their positions.</summary>
    public ReadOnlySpan<int> Rows { get; init; }

    /// <summary>Positions of all rows; row r has position Positions[r].</summary>
    public ReadOnlySpan<int> Positions { get; init; }
}
