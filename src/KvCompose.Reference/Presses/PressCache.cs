namespace KvCompose.Reference.Presses;

/// <summary>Cached rows per layer and head, in the order of the cache.</summary>
public sealed class PressCache
{
    private readonly List<CachedRow>[][] _rows;

    /// <summary>An empty cache.</summary>
    public PressCache(PressModel model)
        => _rows = [.. Enumerable.Range(0, model.Layers)
            .Select(_ => Enumerable.Range(0, model.Heads.KeyValueHeads).Select(_ => new List<CachedRow>()).ToArray())];

    private PressCache(List<CachedRow>[][] rows) => _rows = rows;

    /// <summary>The rows of a layer, by head.</summary>
    public List<CachedRow>[] Layer(int layer) => _rows[layer];

    /// <summary>Keys of a layer, [H][rows][d].</summary>
    public double[][][] Keys(int layer) => [.. _rows[layer].Select(head => head.Select(row => row.Key).ToArray())];

    /// <summary>Values of a layer, [H][rows][d].</summary>
    public double[][][] Values(int layer) => [.. _rows[layer].Select(head => head.Select(row => row.Value).ToArray())];

    /// <summary>A cache that can be changed without changing this one.</summary>
    public PressCache Copy() => new([.. _rows.Select(layer => layer.Select(head => head.ToList()).ToArray())]);

    /// <summary>Replaces the rows of a layer by an outcome, whose rows index the present ones.</summary>
    public void Apply(int layer, PressOutcome outcome)
    {
        for (int head = 0; head < outcome.Kept.Length; head++)
        {
            List<CachedRow> old = _rows[layer][head];
            _rows[layer][head] =
            [
                .. outcome.Kept[head].Select((row, i) => new CachedRow(old[row].Position, outcome.Keys[head][i], outcome.Values[head][i])),
            ];
        }
    }

    /// <summary>Keeps the first rows of every head of a layer.</summary>
    public void Truncate(int layer, int rows) => Array.ForEach(_rows[layer], head => head.RemoveRange(rows, head.Count - rows));
}

/// <summary>One cached row of a head.</summary>
/// <param name="Position">Its position in the text.</param>
/// <param name="Key">[d], rotated.</param>
/// <param name="Value">[d].</param>
public sealed record CachedRow(int Position, double[] Key, double[] Value);
