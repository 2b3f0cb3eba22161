namespace KvCompose.Reference.Presses;

/// <summary>What a press sees of one layer: n cached rows, and m rows of the pass that just ran (m = n after a prompt).</summary>
public sealed record PressLayer
{
    /// <summary>Heads of the layer.</summary>
    public required HeadLayout Heads { get; init; }

    /// <summary>0-based index of the layer.</summary>
    public int Index { get; init; }

    /// <summary>Layers of the model.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>[Hq][m][d], queries before rotation (after a query norm).</summary>
    public required double[][][] PlainQueries { get; init; }

    /// <summary>[H][m][d], keys of the pass before rotation (after a key norm).</summary>
    public required double[][][] PlainKeys { get; init; }

    /// <summary>[m], the position with which a query of the pass is rotated.</summary>
    public required int[] QueryPositions { get; init; }

    /// <summary>[H][n][d], rotated keys of the cache.</summary>
    public required double[][][] Keys { get; init; }

    /// <summary>[H][n][d], values of the cache.</summary>
    public required double[][][] Values { get; init; }

    /// <summary>Rotary positions of the model.</summary>
    public required Rotary Rotary { get; init; }

    /// <summary>W_O, [hidden][Hq·d].</summary>
    public required double[][] OutputProjection { get; init; }

    /// <summary>[m] ‖h‖₂, norms of the block's input after its norm.</summary>
    public double[] InputNorms { get; init; } = [];

    /// <summary>Random matrix of the leverage scores, [H][d][k], variance 1/k; null where nothing needs one.</summary>
    public double[][][]? Sketch { get; init; }

    /// <summary>Random matrix of CUR, [d][r]; null where nothing needs one.</summary>
    public double[][]? Projection { get; init; }

    /// <summary>The position behind the pass, from which on future queries are rotated; the rows of the pass unless told.</summary>
    public int FirstPosition { get => field > 0 ? field : PassRows; init; }

    /// <summary>The bound of scaled scores; 0 for none.</summary>
    public double SoftCap { get; init; }

    /// <summary>n.</summary>
    public int Rows => Keys[0].Length;

    /// <summary>m.</summary>
    public int PassRows => PlainQueries[0].Length;

    /// <summary>Queries of the last w rows of the pass, rotated: [Hq][w][d].</summary>
    /// <exception cref="ArgumentException">The pass has fewer rows.</exception>
    public double[][][] LastQueries(int window)
    {
        if (window < 1 || window > PassRows)
        {
            throw new ArgumentException($"a window of {window} rows does not fit a pass of {PassRows}", nameof(window));
        }

        int first = PassRows - window;
        return
        [
            .. PlainQueries.Select(head => Enumerable.Range(first, window)
                .Select(row => Rotary.Rotate(head[row], QueryPositions[row])).ToArray()),
        ];
    }

    /// <summary>Causal softmax attention of the last w rows of a query head over all n keys: [w][n], 0 for keys not seen.</summary>
    public double[][] LastAttention(double[][] queries, int head)
    {
        double[][] keys = Keys[head / Heads.Group];
        return
        [
            .. queries.Select((query, i) =>
            {
                int seen = keys.Length - queries.Length + i + 1;
                return (double[])[.. Numbers.Attention(query, keys[..seen], SoftCap), .. new double[keys.Length - seen]];
            }),
        ];
    }

    /// <summary>Means over the query heads of a group: [Hq][n] to [H][n].</summary>
    public double[][] GroupMeans(double[][] perQueryHead)
        => [.. perQueryHead.Chunk(Heads.Group).Select(Numbers.Mean)];

    /// <summary>
    /// The layer as a scorer sees the rows first … first + count − 1 alone; queries stay at the end of the whole table of positions.
    /// </summary>
    public PressLayer Slice(int first, int count) => this with
    {
        PlainQueries = Cut(PlainQueries, first, count),
        PlainKeys = Cut(PlainKeys, first, count),
        QueryPositions = QueryPositions[^count..],
        Keys = Cut(Keys, first, count),
        Values = Cut(Values, first, count),
        InputNorms = InputNorms.Length == 0 ? [] : InputNorms[first..(first + count)],
    };

    /// <summary>The layer with these rows of its cache alone, per head and in this order.</summary>
    public PressLayer WithRows(int[][] rows) => this with { Keys = Pick(Keys, rows), Values = Pick(Values, rows) };

    internal static double[][][] Pick(double[][][] heads, int[][] rows)
        => [.. heads.Zip(rows, (head, kept) => kept.Select(row => head[row]).ToArray())];

    private static double[][][] Cut(double[][][] heads, int first, int count)
        => [.. heads.Select(head => head[first..(first + count)])];
}
