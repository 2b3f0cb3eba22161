using KvCompose.Memory;
using KvCompose.Numerics;

namespace KvCompose.Models.Kernels;

/// <summary>
/// Activations in the order in which products read them: tiles of 1, 4, 8 or 12 rows, each cut into blocks of 256 depths,
/// [⌈rows / tile⌉][⌈depth / 256⌉][tile][256].
/// </summary>
internal readonly unsafe struct RowTiles
{
    private readonly float* _floats;

    public RowTiles(NativeFloats floats, int rows, int depth)
        : this(floats.Pointer, rows, depth)
    {
    }

    public RowTiles(float* floats, int rows, int depth)
    {
        _floats = floats;
        Rows = rows;
        Depth = depth;
        TileRows = TileProduct.TileRows(rows);
    }

    public int Rows { get; }

    public int Depth { get; }

    public int TileRows { get; }

    public int Tiles => (Rows + TileRows - 1) / TileRows;

    public int Blocks => (Depth + TileProduct.DepthBlock - 1) / TileProduct.DepthBlock;

    /// <summary>Floats that the tiles of so many rows take.</summary>
    public static long Floats(int rows, int depth)
    {
        int tile = TileProduct.TileRows(rows);
        long padded = ((long)depth + TileProduct.DepthBlock - 1) / TileProduct.DepthBlock * TileProduct.DepthBlock;
        return ((long)rows + tile - 1) / tile * tile * padded;
    }

    /// <summary>The first row of a block of a tile.</summary>
    public float* Block(int tile, int block) => _floats + ((((nint)tile * Blocks) + block) * TileRows * TileProduct.DepthBlock);
}
