using KvCompose.Numerics;

namespace KvCompose.Attention;

/// <summary>
/// How the queries of one key-value head are cut into blocks, and where the parts of a block's scratch memory lie. A line is
/// one (token, query head of the group); lines of a token are neighbours, and every 12 of them make a panel.
/// </summary>
internal readonly struct BlockLayout
{
    /// <summary>Keys that are scored before their values are summed.</summary>
    public const int KeyBlock = TileProduct.DepthBlock / 2;

    private const int PreferredPanels = 16;

    public BlockLayout(AttentionShape shape, int rowCount, int threads)
    {
        int preferred = Math.Max(1, PreferredPanels * TileProduct.MaxRows / shape.GroupSize);
        int sharing = Math.Max(1, rowCount * shape.KeyValueHeads / (threads * 4));
        RowsPerBlock = Math.Min(Math.Min(preferred, Math.Max(sharing, 12)), rowCount);
        Blocks = (rowCount + RowsPerBlock - 1) / RowsPerBlock;
        Panels = ((RowsPerBlock * shape.GroupSize) + TileProduct.MaxRows - 1) / TileProduct.MaxRows;
        QueryDepthBlocks = (shape.HeadDim + TileProduct.DepthBlock - 1) / TileProduct.DepthBlock;
        ValueColumns = (shape.HeadDim + TileProduct.Columns - 1) / TileProduct.Columns * TileProduct.Columns;
    }

    /// <summary>Tokens of a block.</summary>
    public int RowsPerBlock { get; }

    /// <summary>Blocks of one key-value head.</summary>
    public int Blocks { get; }

    /// <summary>Panels of one block.</summary>
    public int Panels { get; }

    /// <summary>Pieces that the head dimension makes as a depth.</summary>
    public int QueryDepthBlocks { get; }

    /// <summary>Head dimension, rounded up to whole column tiles.</summary>
    public int ValueColumns { get; }

    public int QueryPanelFloats => QueryDepthBlocks * TileProduct.MaxRows * TileProduct.DepthBlock;

    public int OutputPanelFloats => TileProduct.MaxRows * ValueColumns;

    public int ScoreFloats => TileProduct.MaxRows * TileProduct.DepthBlock;

    public int ValueFloats => KeyBlock * ValueColumns;

    /// <summary>16 partial sums of each line, then the maxima and the corrections of all lines.</summary>
    public static int StatisticsFloats => (TileProduct.MaxRows + 2) * TileProduct.Lanes;

    public int ScoresAt => Panels * (QueryPanelFloats + OutputPanelFloats + StatisticsFloats);

    public int ValuesAt => ScoresAt + ScoreFloats;

    public long Floats => (ValuesAt + ValueFloats + 15) / 16 * 16;
}
