namespace KvCompose.Reference.D2o;

/// <summary>Settings of D2O in one layer.</summary>
/// <param name="Heavy">Older rows that stay.</param>
/// <param name="Recent">Newest rows that stay.</param>
/// <param name="Alpha">Weight of the old threshold.</param>
/// <param name="Beta">Weight of the step's mean similarity.</param>
public sealed record D2oSettings(int Heavy, int Recent, double Alpha = 0.5, double Beta = 0.5);

/// <summary>One eviction of a step.</summary>
/// <param name="Kept">[H], slots that stay, ascending.</param>
/// <param name="Merges">[H], from slot, to slot (both before the eviction) and weight.</param>
/// <param name="Threshold">The running threshold after the step.</param>
public sealed record D2oEviction(int[][] Kept, IReadOnlyList<(int From, int To, double Weight)>[] Merges, double Threshold);

/// <summary>D2O in one layer: what goes is merged into the most similar row that stays, if it is similar enough.</summary>
/// <remarks>
/// Scores collect attention; the first four slots, the best others and the newest rows stay. Each pruned key's best cosine w among the
/// kept ones; threshold: the mean w at first, then α·old + β·mean. The i-th pruned slot of every head is merged iff the mean w over the
/// heads is at least the threshold: target ← (target + Σ w·x)/(1 + count). Source: Wan et al., arXiv 2406.13035.
/// </remarks>
public sealed class D2oLayer
{
    private const int AlwaysKept = 4;
    private readonly D2oSettings _settings;
    private readonly List<Row>[] _rows;
    private double? _threshold;

    /// <summary>Takes a prompt in, whose causal attention counts.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="queries">[H][n][d], one query head a key head.</param>
    /// <param name="keys">[H][n][d].</param>
    /// <param name="values">[H][n][d].</param>
    public D2oLayer(D2oSettings settings, double[][][] queries, double[][][] keys, double[][][] values)
    {
        _settings = settings;
        _rows = [.. keys.Select((head, h) => head.Select((key, j) => new Row(j, key, values[h][j])).ToList())];
        for (int h = 0; h < keys.Length; h++)
        {
            for (int row = 0; row < queries[h].Length; row++)
            {
                Collect(_rows[h], Numbers.Attention(queries[h][row], keys[h][..(row + 1)]));
            }
        }
    }

    /// <summary>Positions in the order of the slots, per head.</summary>
    public int[][] Positions => [.. _rows.Select(head => head.Select(row => row.Position).ToArray())];

    /// <summary>Keys, [H][rows][d].</summary>
    public double[][][] Keys => [.. _rows.Select(head => head.Select(row => row.Key).ToArray())];

    /// <summary>Values, [H][rows][d].</summary>
    public double[][][] Values => [.. _rows.Select(head => head.Select(row => row.Value).ToArray())];

    /// <summary>One step; null if everything stays.</summary>
    /// <param name="queries">[H][d].</param>
    /// <param name="keys">[H][d].</param>
    /// <param name="values">[H][d].</param>
    /// <param name="position">Position of the token.</param>
    public D2oEviction? Step(double[][] queries, double[][] keys, double[][] values, int position)
    {
        for (int h = 0; h < _rows.Length; h++)
        {
            _rows[h].Add(new Row(position, keys[h], values[h]));
            Collect(_rows[h], Numbers.Attention(queries[h], [.. _rows[h].Select(row => row.Key)]));
        }

        return _rows[0].Count > _settings.Heavy + _settings.Recent ? Evict() : null;
    }

    private D2oEviction Evict()
    {
        int[][] kept = [.. _rows.Select(Kept)];
        int[][] pruned = [.. _rows.Select((rows, h) => Enumerable.Range(0, rows.Count).Except(kept[h]).ToArray())];
        (int Target, double Weight)[][] best = [.. pruned
            .Select((slots, h) => slots.Select(slot => Best(_rows[h], slot, kept[h])).ToArray())];
        double mean = best.SelectMany(head => head).Average(match => match.Weight);
        double threshold = _threshold is { } old ? _settings.Alpha * old + _settings.Beta * mean : mean;
        _threshold = threshold;
        bool[] merged = [.. Enumerable.Range(0, pruned[0].Length).Select(i => best.Average(head => head[i].Weight) >= threshold)];
        (int From, int To, double Weight)[][] merges = [.. pruned.Select((slots, h) => slots
            .Select((slot, i) => (slot, best[h][i].Target, best[h][i].Weight)).Where((_, i) => merged[i]).ToArray())];
        for (int h = 0; h < _rows.Length; h++)
        {
            _rows[h] = [.. kept[h].Select(slot => Merge(_rows[h], slot, merges[h]))];
        }

        return new D2oEviction(kept, merges, threshold);
    }

    private int[] Kept(List<Row> rows)
    {
        int older = rows.Count - _settings.Recent;
        double[] scores = [.. rows.Take(older).Select((row, slot) => slot < AlwaysKept ? double.PositiveInfinity : row.Score)];
        return [.. Ranking.Top(scores, _settings.Heavy).Order(), .. Enumerable.Range(older, _settings.Recent)];
    }

    private static (int Target, double Weight) Best(List<Row> rows, int slot, int[] kept)
    {
        double[] cosines = [.. kept.Select(other => Numbers.Cosine(rows[slot].Key, rows[other].Key, 0))];
        int best = Ranking.Top(cosines, 1)[0];
        return (kept[best], cosines[best]);
    }

    private static Row Merge(List<Row> rows, int slot, (int From, int To, double Weight)[] merges)
    {
        Row target = rows[slot];
        (int From, int To, double Weight)[] received = [.. merges.Where(merge => merge.To == slot)];
        return received.Length == 0 ? target : target with
        {
            Key = Numbers.Mean([target.Key, .. received.Select(merge => Scaled(rows[merge.From].Key, merge.Weight))]),
            Value = Numbers.Mean([target.Value, .. received.Select(merge => Scaled(rows[merge.From].Value, merge.Weight))]),
        };
    }

    private static double[] Scaled(double[] vector, double weight) => [.. vector.Select(x => x * weight)];

    private static void Collect(List<Row> rows, double[] attention)
    {
        for (int j = 0; j < attention.Length; j++)
        {
            rows[j].Score += attention[j];
        }
    }

    private sealed record Row(int Position, double[] Key, double[] Value)
    {
        public double Score { get; set; }
    }
}
