using KvCompose.Numerics;
using KvCompose.Threading;

namespace KvCompose.Attention;

/// <summary>The work of <see cref="CausalAttention"/>: an item is one block of queries of one key-value head.</summary>
internal unsafe struct CausalBlock : IParallelWork
{
    public AttentionShape Shape;
    public BlockLayout Layout;
    public float* Queries;
    public float* KeyTileFloats;
    public float* Values;
    public float* Attended;
    public float* LogSumExp;

    /// <summary>[Hq]: a logit without a key that takes part in every softmax; null for none.</summary>
    public float* Sinks;

    public float* Scratch;
    public int* Rows;
    public int RowCount;
    public int Tokens;
    public int FirstHead;
    public int HeadCount;

    /// <summary>[HeadCount], where heads have keys of their own; null where all attend to the rows' own keys.</summary>
    public AttendedKeys* Sources;

    /// <summary>[RowCount], ascending: the first key that a row sees; null where it sees all before it.</summary>
    public int* FirstKeys;

    public CancellationToken Cancellation;

    /// <summary>Below every score, and finite, so that a line that sees nothing yet has a maximum: what it sums then weighs nothing beside a score.</summary>
    private const float Unseen = -1e30f;

    /// <summary>Late blocks see the most keys: they come first, so that no thread is left alone with one at the end.</summary>
    public readonly void Run(int item, int worker)
    {
        int head = FirstHead + (item % HeadCount);
        int firstRow = (Layout.Blocks - 1 - (item / HeadCount)) * Layout.RowsPerBlock;
        int rows = Math.Min(Layout.RowsPerBlock, RowCount - firstRow);
        float* scratch = Scratch + (worker * Layout.Floats);
        PackQueries(scratch, head, firstRow, rows);
        AttendedKeys source = SourceOf(head);
        int visible = source.Before + Position(firstRow + rows - 1) + 1;
        int first = FirstKeys is null ? 0 : FirstKeys[firstRow] / KeyTiles.Tokens * KeyTiles.Tokens;
        for (int keyStart = first; keyStart < visible; keyStart += BlockLayout.KeyBlock)
        {
            Cancellation.ThrowIfCancellationRequested();
            int keys = Math.Min(BlockLayout.KeyBlock, visible - keyStart);
            AttentionKernels.PackColumns(
                source.Values + (keyStart * source.ValueStride), source.ValueStride, keys, Shape.HeadDim, scratch + Layout.ValuesAt);
            for (int panel = 0; panel * TileProduct.MaxRows < rows * Shape.GroupSize; panel++)
            {
                Accumulate(scratch, source, firstRow, rows, panel, keyStart, keys);
            }
        }

        Finish(scratch, head, firstRow, rows);
    }

    private readonly AttendedKeys SourceOf(int head)
    {
        if (Sources is not null)
        {
            return Sources[head - FirstHead];
        }

        int tiles = KeyTiles.Count(Tokens), d = Shape.HeadDim;
        return new AttendedKeys
        {
            Tiles = KeyTileFloats + ((nint)head * tiles * d * KeyTiles.Tokens),
            TileCount = tiles,
            Values = Values + (head * d),
            ValueStride = (nint)Shape.KeyValueHeads * d,
        };
    }

    private readonly int Position(int row) => Rows is null ? row : Rows[row];

    private readonly float* QueryPanel(float* scratch, int panel) => scratch + (panel * Layout.QueryPanelFloats);

    private readonly float* OutputPanel(float* scratch, int panel)
        => scratch + Layout.OutputsAt + (panel * Layout.OutputPanelFloats);

    private readonly float* Sums(float* scratch, int panel)
        => scratch + Layout.StatisticsAt + (panel * BlockLayout.StatisticsFloats);

    /// <summary>Scales by log₂ e / √d, so that scores are exponents of two; lines after the last are zero.</summary>
    private readonly void PackQueries(float* scratch, int head, int firstRow, int rows)
    {
        int group = Shape.GroupSize, d = Shape.HeadDim;
        int lines = rows * group;
        float scale = (float)(1.4426950408889634 / Math.Sqrt(d));
        for (int panel = 0; panel * TileProduct.MaxRows < lines; panel++)
        {
            new Span<float>(OutputPanel(scratch, panel), Layout.OutputPanelFloats).Clear();
            var statistics = new Span<float>(Sums(scratch, panel), BlockLayout.StatisticsFloats);
            statistics.Clear();
            statistics.Slice(TileProduct.MaxRows * TileProduct.Lanes, TileProduct.MaxRows).Fill(float.NegativeInfinity);
            for (int i = 0; i < TileProduct.MaxRows; i++)
            {
                int line = (panel * TileProduct.MaxRows) + i;
                bool exists = line < lines;
                float* query = exists
                    ? Queries + ((((nint)Position(firstRow + (line / group)) * Shape.QueryHeads) + (head * group) + (line % group)) * d)
                    : null;
                for (int piece = 0; piece < Layout.QueryDepthBlocks; piece++)
                {
                    int start = piece * TileProduct.DepthBlock;
                    float* target = QueryPanel(scratch, panel) + (((piece * TileProduct.MaxRows) + i) * TileProduct.DepthBlock);
                    int count = Math.Min(TileProduct.DepthBlock, d - start);
                    if (exists)
                    {
                        AttentionKernels.Scale(query + start, scale, target, count);
                    }
                    else
                    {
                        new Span<float>(target, count).Clear();
                    }
                }
            }
        }
    }

    /// <summary>Values are [columns / 32][keys][32]: rows of a head lie far apart in memory, often a multiple of the page size.</summary>
    private readonly void Accumulate(float* scratch, AttendedKeys source, int firstRow, int rows, int panel, int keyStart, int keys)
    {
        int group = Shape.GroupSize;
        int firstLine = panel * TileProduct.MaxRows;
        int lastLine = Math.Min(firstLine + TileProduct.MaxRows, rows * group) - 1;
        int own = source.Before - keyStart;
        int visible = Math.Min(keys, own + Position(firstRow + (lastLine / group)) + 1);
        if (visible <= 0 || (FirstKeys is not null && FirstKeys[firstRow + (firstLine / group)] >= keyStart + keys))
        {
            return;
        }

        float* scores = scratch + Layout.ScoresAt;
        int columnTiles = (visible + TileProduct.Columns - 1) / TileProduct.Columns;
        Score(QueryPanel(scratch, panel), source, keyStart, columnTiles, scores);
        int scored = columnTiles * TileProduct.Columns;
        if (Shape.SoftCap > 0)
        {
            AttentionKernels.Cap(scores, scored / TileProduct.Lanes, Shape.SoftCap);
        }

        if (own + Position(firstRow + (firstLine / group)) + 1 < scored)
        {
            Mask(scores, firstRow, firstLine, lastLine, own, scored);
        }

        if (FirstKeys is not null)
        {
            MaskBefore(scores, firstRow, firstLine, lastLine, keyStart, scored);
        }

        float* sums = Sums(scratch, panel);
        float* maxima = sums + (TileProduct.MaxRows * TileProduct.Lanes);
        float* corrections = maxima + TileProduct.Lanes;
        float* output = OutputPanel(scratch, panel);
        AttentionKernels.LineMaxima(scores, scored / TileProduct.Lanes, corrections);
        if (AttentionKernels.Advance(maxima, corrections))
        {
            AttentionKernels.Correct(output, Layout.ValueColumns, sums, corrections);
        }

        AttentionKernels.Exponentiate(scores, scored / TileProduct.Lanes, maxima, sums);
        float* values = scratch + Layout.ValuesAt;
        for (int column = 0; column < Layout.ValueColumns; column += TileProduct.Columns)
        {
            TileProduct.Multiply(
                TileProduct.MaxRows, scores, values + (column * keys), TileProduct.Lanes, TileProduct.Columns, visible,
                output + column, Layout.ValueColumns, accumulate: true);
        }
    }

    private readonly void Score(float* queries, AttendedKeys source, int keyStart, int columnTiles, float* scores)
    {
        int d = Shape.HeadDim;
        int tileFloats = d * KeyTiles.Tokens;
        int tiles = source.TileCount;
        int tile = keyStart / KeyTiles.Tokens;
        float* keys = source.Tiles + ((nint)tile * tileFloats);
        for (int column = 0; column < columnTiles; column++, tile += 2, keys += 2 * tileFloats)
        {
            // The last tile may have no neighbour: it is then read twice, and the copy is masked.
            int second = tile + 1 < tiles ? tileFloats : 0;
            for (int piece = 0; piece < Layout.QueryDepthBlocks; piece++)
            {
                int start = piece * TileProduct.DepthBlock;
                TileProduct.Multiply(
                    TileProduct.MaxRows, queries + (piece * TileProduct.MaxRows * TileProduct.DepthBlock),
                    keys + (start * KeyTiles.Tokens), second, KeyTiles.Tokens, Math.Min(TileProduct.DepthBlock, d - start),
                    scores + (column * TileProduct.Columns), TileProduct.DepthBlock, accumulate: piece > 0);
            }
        }
    }

    /// <summary>Of keys that come after a row; <paramref name="own"/> is where the first row's own key is among the scored ones.</summary>
    private readonly void Mask(float* scores, int firstRow, int firstLine, int lastLine, int own, int scored)
    {
        for (int line = firstLine; line <= lastLine; line++)
        {
            int seen = Math.Clamp(own + Position(firstRow + (line / Shape.GroupSize)) + 1, 0, scored);
            float* row = scores + ((line - firstLine) * TileProduct.DepthBlock);
            new Span<float>(row + seen, scored - seen).Fill(FirstKeys is null ? float.NegativeInfinity : Unseen);
        }
    }

    /// <summary>Of keys that a row's window has left behind.</summary>
    private readonly void MaskBefore(float* scores, int firstRow, int firstLine, int lastLine, int keyStart, int scored)
    {
        for (int line = firstLine; line <= lastLine; line++)
        {
            int unseen = Math.Clamp(FirstKeys[firstRow + (line / Shape.GroupSize)] - keyStart, 0, scored);
            new Span<float>(scores + ((line - firstLine) * TileProduct.DepthBlock), unseen).Fill(Unseen);
        }
    }

    private readonly void Finish(float* scratch, int head, int firstRow, int rows)
    {
        int group = Shape.GroupSize, d = Shape.HeadDim;
        for (int line = 0; line < rows * group; line++)
        {
            int panel = line / TileProduct.MaxRows, place = line % TileProduct.MaxRows;
            int row = firstRow + (line / group), queryHead = (head * group) + (line % group);
            float* sums = Sums(scratch, panel);
            float total = 0;
            for (int lane = 0; lane < TileProduct.Lanes; lane++)
            {
                total += sums[(place * TileProduct.Lanes) + lane];
            }

            float maximum = sums[(TileProduct.MaxRows * TileProduct.Lanes) + place], share = 1;
            if (Sinks is not null)
            {
                float sink = Sinks[queryHead] * VectorExponential.Log2E, top = MathF.Max(maximum, sink);
                share = MathF.Pow(2, maximum - top);
                total = (total * share) + MathF.Pow(2, sink - top);
                maximum = top;
            }

            AttentionKernels.Scale(
                OutputPanel(scratch, panel) + (place * Layout.ValueColumns), share / total,
                Attended + ((((nint)row * Shape.QueryHeads) + queryHead) * d), d);
            if (LogSumExp is not null)
            {
                LogSumExp[((nint)queryHead * RowCount) + row] = (float)((maximum + Math.Log2(total)) * 0.69314718055994531);
            }
        }
    }
}
