using KvCompose.Reference.Presses.Selecting;

namespace KvCompose.Reference.Presses.Decoding;

/// <summary>Cuts the cache every so many decode steps, after the attention of the step.</summary>
/// <param name="Scorer">The scorer, over all cached rows and the buffered rows of the steps.</param>
/// <param name="Target">Rows that stay, given the position of the step's token.</param>
/// <param name="Interval">Steps between two cuts.</param>
/// <param name="Buffer">Rows that are remembered between two steps.</param>
public sealed record DecodingPress(IPressScorer Scorer, Func<int, int> Target, int Interval = 512, int Buffer = 256)
{
    /// <summary>A fixed number of rows.</summary>
    public static Func<int, int> Rows(int count) => _ => count;

    /// <summary>max(1, trunc((position + 1)·(1 − c))) rows.</summary>
    public static Func<int, int> Share(double removed) => position => KeptCount.Of(position + 1, removed);
}

/// <summary>The steps that a <see cref="DecodingPress"/> has seen of one layer.</summary>
public sealed class DecodingState(DecodingPress press)
{
    private readonly List<(double[][] Queries, double[][] Keys)> _buffer = [];
    private int _steps;

    /// <summary>
    /// One step of the layer, of one row. Returns the rows that stay, per head in the new order of the cache; null if nothing goes.
    /// </summary>
    public int[][]? Step(PressLayer layer)
    {
        int position = layer.QueryPositions[0], target = press.Target(position);
        _buffer.Add(([.. layer.PlainQueries.Select(head => head[0])], [.. layer.PlainKeys.Select(head => head[0])]));
        int[][]? kept = null;
        if (++_steps >= press.Interval || layer.PassRows >= target)
        {
            kept = layer.Rows > target ? Cut(layer, position, target) : null;
            _steps = 0;
            _buffer.Clear();
        }

        _buffer.RemoveRange(0, Math.Max(0, _buffer.Count - press.Buffer));
        return kept;
    }

    private int[][] Cut(PressLayer layer, int position, int target)
    {
        PressLayer buffered = layer with
        {
            PlainQueries = [.. layer.PlainQueries.Select((_, head) => _buffer.Select(row => row.Queries[head]).ToArray())],
            PlainKeys = [.. layer.PlainKeys.Select((_, head) => _buffer.Select(row => row.Keys[head]).ToArray())],
            // All buffered queries are rotated with the position of the step's token, as published.
            QueryPositions = [.. _buffer.Select(_ => position)],
        };
        return new ScorerPress(press.Scorer).Compress(buffered, Removed(layer.Rows, target)).Kept;
    }

    /// <summary>The share that leaves exactly this many rows.</summary>
    private static double Removed(int rows, int target)
    {
        double low = 0, high = 1, share = 1 - target / (double)rows;
        for (int kept = KeptCount.Of(rows, share); kept != target; kept = KeptCount.Of(rows, share))
        {
            (low, high) = kept > target ? (share, high) : (low, share);
            share = (low + high) / 2;
        }

        return share;
    }
}
