namespace KvCompose.Reference.Presses.Selecting;

/// <summary>SimLayerKV: a layer whose last queries look only at the first and the recent rows keeps only those.</summary>
/// <param name="Threshold">τ; 1 leaves everything.</param>
/// <param name="Last">Last rows that are looked at.</param>
/// <param name="Recent">Recent rows, of which <paramref name="Last"/> fewer stay, as published.</param>
/// <param name="Initial">First rows.</param>
/// <remarks>Source: Zhang et al., "SimLayerKV: A Simple Framework for Layer-Level KV Cache Reduction", arXiv 2410.13846.</remarks>
public sealed record LazyLayerPress(double Threshold, int Last = 1, int Recent = 1024, int Initial = 4) : IPress
{
    /// <inheritdoc/>
    public PressOutcome Compress(PressLayer layer, double removed)
    {
        int n = layer.Rows;
        int[] rows = [.. Enumerable.Range(0, n)];
        if (n > Initial + Recent + Last && Threshold < 1 && Laziness(layer) > Threshold)
        {
            int recent = Recent - Last;
            // A slice of the last 0 rows is, as published, a slice of all of them.
            rows = [.. rows[..Initial], .. recent > 0 ? rows[^recent..] : rows];
        }

        return PressOutcome.Of(layer, [.. layer.Keys.Select(_ => rows)]);
    }

    /// <summary>
    /// Share of attention that the first and the recent rows before the last ones get, averaged over heads and last rows.
    /// </summary>
    public double Laziness(PressLayer layer)
    {
        int before = layer.Rows - Last;
        return layer.LastQueries(Last).SelectMany((queries, head) => layer.LastAttention(queries, head))
            .Average(row => row[..Math.Min(Initial, before)].Sum() + row[Math.Max(0, before - Recent)..before].Sum());
    }
}
