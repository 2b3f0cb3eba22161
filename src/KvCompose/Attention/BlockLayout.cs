using KvCompose.Numerics;

namespace KvCompose.Attention;

/// <summary>
/// How the queries of one key-value head are cut into blocks, and where the parts of a block's scratch memory lie. A line is
/// one (token, query head of the group); lines of a token are neighbours, and every 12 of them make a panel.
/// </summary>
internal readonly struct BlockLayout
{
    /// <summary>Keys that are scored before their values are summed.</summary>
    public const int KeyBlock = 128;

    /// <summary>16 partial sums of each line, then the maxima and the corrections of all lines.</summary>
    public const int StatisticsFloats = (TileProduct.MaxRows + 2) * TileProduct.Lanes;

    private const int PreferredPanels = 32;

    public BlockLayout(AttentionShape shape, int rowCount, int threads)
    {
        int preferred = Math.Max(1, PreferredPanels * TileProduct.MaxRows / shape.GroupSize);
        int sharing = Math.Max(1, rowCount * shape.KeyValueHeads / (threads * 4));
        RowsPerBlock = Math.Min(Math.Min(preferred, Math.Max(sharing, 12)), rowCount);
        Blocks = (rowCount + RowsPerBlock - 1) / RowsPerBlock;
        int panels = ((RowsPerBlock * shape.GroupSize) + TileProduct.MaxRows - 1) / TileProduct.MaxRows;
        QueryDepthBlocks = (shape.HeadDim + TileProduct.DepthBlock - 1) / TileProduct.DepthBlock;
        ValueColumns = (shape.HeadDim + TileProduct.Columns - 1) / TileProduct.Columns * TileProduct.Columns;
        QueryPanelFloats = QueryDepthBlocks * TileProduct.MaxRows * TileProduct.DepthBlock;
        OutputPanelFloats = TileProduct.MaxRows * ValueColumns;
        OutputsAt = panels * QueryPanelFloats;
        StatisticsAt = OutputsAt + (panels * OutputPanelFloats);
        ScoresAt = StatisticsAt + (panels * StatisticsFloats);
        ValuesAt = ScoresAt + (TileProduct.MaxRows * TileProduct.DepthBlock);
        Floats = ValuesAt + (KeyBlock * ValueColumns);
    }

    /// <summary>Tokens of a block.</summary>
    public int RowsPerBlock { get; }

    /// <summary>Blocks of one key-value head.</summary>
    public int Blocks { get; }

    /// <summary>Pieces that the head dimension makes as a depth.</summary>
    public int QueryDepthBlocks { get; }

    /// <summary>Head dimension, rounded up to whole column tiles.</summary>
    public int ValueColumns { get; }

    /// <summary>Scaled queries of a panel, [depth blocks][12][256].</summary>
    public int QueryPanelFloats { get; }

    /// <summary>Sums of a panel, [12][value columns].</summary>
    public int OutputPanelFloats { get; }

    public int OutputsAt { get; }

    public int StatisticsAt { get; }

    /// <summary>Scores of one panel, [12][256].</summary>
    public int ScoresAt { get; }

    /// <summary>Values of one key block, [value columns / 32][keys][32].</summary>
    public int ValuesAt { get; }

    /// <summary>Floats of one thread.</summary>
    public long Floats { get; }
}
