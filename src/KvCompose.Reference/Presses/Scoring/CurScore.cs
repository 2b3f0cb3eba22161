namespace KvCompose.Reference.Presses.Scoring;

/// <summary>What a CUR score is made of.</summary>
public enum CurLeverage
{
    /// <summary>The product of key and value part.</summary>
    Product,

    /// <summary>Their mean.</summary>
    Average,

    /// <summary>The key part.</summary>
    Key,

    /// <summary>The value part.</summary>
    Value,
}

/// <summary>CurDKV: squared norms of keys and values as leverage, relative to a local block.</summary>
/// <param name="Sinks">First rows, whose score is set to 1.</param>
/// <param name="Leverage">Keys, values or both.</param>
/// <param name="Local">Whether a row's share is taken of its block instead of nothing.</param>
/// <param name="LocalWindow">Rows of a block.</param>
/// <param name="RandomLeverage">Whether keys and values are projected by <see cref="PressLayer.Projection"/> first.</param>
/// <remarks>Source: Sengupta et al., "Value-Guided KV Compression for LLMs via Approximated CUR Decomposition", arXiv 2509.15038.</remarks>
public sealed record CurScore(
    int Sinks = 4, CurLeverage Leverage = CurLeverage.Product, bool Local = true, int LocalWindow = 16,
        bool RandomLeverage = false) : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed) => [.. layer.Keys.Zip(layer.Values, (keys, values) =>
    {
        double[] k = Part(layer, keys), v = Part(layer, values);
        double[] combined = Leverage switch
        {
            CurLeverage.Key => k,
            CurLeverage.Value => v,
            CurLeverage.Average => [.. k.Zip(v, (x, y) => (x + y) / 2)],
            _ => [.. k.Zip(v, (x, y) => x * y)],
        };
        double sum = combined.Sum();
        return combined.Select((x, j) => j < Sinks ? 1 : x / sum).ToArray();
    })];

    private double[] Part(PressLayer layer, double[][] rows)
    {
        double[][] projected = RandomLeverage
            ? [.. rows.Select(row => Projected(row, layer.Projection
                ?? throw new ArgumentException("random leverage needs a projection", nameof(layer))))]
            : rows;
        double[] squares = [.. projected.Select(row => Numbers.Dot(row, row))];
        return Local
            ? [.. squares.Chunk(LocalWindow).SelectMany(block => block.Select(x => x / block.Sum()))]
            : squares;
    }

    private static double[] Projected(double[] row, double[][] matrix)
        => [.. Enumerable.Range(0, matrix[0].Length).Select(column => row.Select((x, i) => x * matrix[i][column]).Sum())];
}
