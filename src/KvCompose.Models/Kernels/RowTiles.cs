using KvCompose.Memory;
using KvCompose.Models.Kernels.Products;
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
    {
        _floats = floats.Pointer;
        Rows = rows;
        Depth = depth;
        TileRows = TileProduct.TileRows(rows);
    }

    public int Rows { get; }

    public int Depth { get; }

    public int TileRows { get; }

    public int Tiles => (Rows + TileRows - 1) / TileRows;

    public int Blocks => (Depth + TileProduct.DepthBlock - 1) / TileProduct.DepthBlock;

    /// <summary>Whether there are so few rows that each stored weight is read straight into their products.</summary>
    public bool AreFew => TileRows < TileProduct.MaxRows;

    /// <summary>The rows as codes, where they are few: behind the floats. Only <see cref="Code"/> fills them.</summary>
    public CodedRows Coded
    {
        get
        {
            long numbers = (long)TileRows * Blocks * TileProduct.DepthBlock;
            float* scales = _floats + numbers + (numbers / 2);
            return new CodedRows((short*)(_floats + numbers), scales, scales + (numbers / CodedRows.Block), TileRows);
        }
    }

    /// <summary>Floats that the tiles of so many rows take, with their codes where they are few.</summary>
    public static long Floats(int rows, int depth)
    {
        int tile = TileProduct.TileRows(rows);
        long padded = ((long)depth + TileProduct.DepthBlock - 1) / TileProduct.DepthBlock * TileProduct.DepthBlock;
        long numbers = ((long)rows + tile - 1) / tile * tile * padded;
        return tile == TileProduct.MaxRows ? numbers : numbers + (numbers / 2) + (2 * numbers / CodedRows.Block);
    }

    /// <summary>Codes all rows, of which there are few. The depth is a multiple of 32.</summary>
    public void Code()
    {
        CodedRows coded = Coded;
        for (int block = 0; block < Blocks; block++)
        {
            int count = Math.Min(TileProduct.DepthBlock, Depth - (block * TileProduct.DepthBlock));
            for (int row = 0; row < TileRows; row++)
            {
                coded.Code(Block(0, block) + (row * TileProduct.DepthBlock), count, block, row);
            }
        }
    }

    /// <summary>The first row of a block of a tile.</summary>
    public float* Block(int tile, int block) => _floats + ((((nint)tile * Blocks) + block) * TileRows * TileProduct.DepthBlock);
}
