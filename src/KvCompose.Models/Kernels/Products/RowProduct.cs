using System.Runtime.CompilerServices;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels.Products;

/// <summary>
/// Neighbouring rows of a stored matrix times one or four rows of a tile of activations: what the kernels are given. Kernels read
/// the weights once, from front to back, and no byte behind the last.
/// </summary>
internal readonly unsafe ref struct RowProduct
{
    /// <summary>The first weight.</summary>
    public required byte* Weights { get; init; }

    /// <summary>Bytes of a row of weights.</summary>
    public required nint RowBytes { get; init; }

    /// <summary>Bytes of 256 weights.</summary>
    public required int GroupBytes { get; init; }

    /// <summary>Rows of weights.</summary>
    public required int Outputs { get; init; }

    /// <summary>Activations: the first tile.</summary>
    public required RowTiles Rows { get; init; }

    /// <summary>Weights of a row.</summary>
    public int Depth => Rows.Depth;

    /// <summary>Floats from 256 numbers of a row of activations to its next 256.</summary>
    public int Step => Rows.TileRows * TileProduct.DepthBlock;

    /// <summary>The first row of activations.</summary>
    public required int Row { get; init; }

    /// <summary>Receives the products of the first row; those of others follow <see cref="Stride"/> floats apart.</summary>
    public required float* Target { get; init; }

    /// <summary>Floats between two rows of products.</summary>
    public required nint Stride { get; init; }

    /// <summary>Whether products are added to what is there.</summary>
    public required bool Accumulate { get; init; }

    /// <summary>Writes the product of an output with a row, counted from <see cref="Row"/>; rows behind the last are left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(int output, int row, float value)
    {
        if (Row + row < Rows.Rows)
        {
            float* place = Target + (row * Stride) + output;
            *place = Accumulate ? *place + value : value;
        }
    }
}
