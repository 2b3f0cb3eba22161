using KvCompose.Shared;

namespace KvCompose.Generators.Planning;

/// <summary>The leaf loops of a decode step for one width of the vector registers.</summary>
/// <param name="Bits">512, 256 or 128.</param>
/// <param name="Blocks">
/// One loop for each number of query heads that a group is made of, the largest first; one for the whole group in 512 bits where the shape is stated.
/// </param>
internal sealed record LeafWidth(int Bits, EquatableArray<LeafBlock> Blocks)
{
    /// <summary>Keys of a tile, and the elements that a page's rows are multiples of.</summary>
    public const int TileFloats = 16;

    private const int FloatBits = 32;

    /// <summary>Floats of a register.</summary>
    public int Lanes => Bits / FloatBits;

    /// <summary>Registers that hold one number for every key of a tile.</summary>
    public int TileVectors => TileFloats / Lanes;
}
