namespace KvCompose.Reference.DropKv;

/// <summary>DropKV in one layer: how much the outputs of the last rows would change without each key.</summary>
/// <remarks>
/// w = max(1, min(window, n)) last rows i, causal; o_i their outputs; raw_j = Σ_i (p_ij/(1 − p_ij + ε))²·‖v_j − o_i‖², mean over the
/// group, average pooling with zeros at the edges; the last w rows stay. Source: "DropKV", OpenReview MqfNzH3TVH.
/// </remarks>
public sealed class DropKvLayer
{
    /// <summary>Scores a layer.</summary>
    /// <param name="queries">[Hq][rows][d], the last rows.</param>
    /// <param name="keys">[H][n][d].</param>
    /// <param name="values">[H][n][d].</param>
    /// <param name="window">Rows that are looked at.</param>
    /// <param name="kernel">Odd width of the pooling.</param>
    /// <param name="epsilon">ε.</param>
    public DropKvLayer(double[][][] queries, double[][][] keys, double[][][] values, int window, int kernel, double epsilon)
    {
        int n = keys[0].Length, group = queries.Length / keys.Length;
        Window = Math.Max(1, Math.Min(window, n));
        var outputs = new List<double[][]>();
        var changes = new List<double[]>();
        foreach ((int head, double[][] rows) in queries.Index())
        {
            double[][] k = keys[head / group], v = values[head / group];
            var change = new double[n];
            outputs.Add([.. rows[^Window..].Select((query, i) =>
            {
                int seen = n - Window + i + 1;
                double[] attention = Numbers.Attention(query, k[..seen]), output = Numbers.Weighted(attention, v[..seen]);
                for (int j = 0; j < seen; j++)
                {
                    double odds = attention[j] / (1 - attention[j] + epsilon);
                    change[j] += odds * odds * v[j].Zip(output, (x, o) => (x - o) * (x - o)).Sum();
                }

                return output;
            })]);
            changes.Add(change);
        }

        Outputs = [.. outputs];
        Raw = [.. changes.Chunk(group).Select(Numbers.Mean)];
        Scores = [.. Raw.Select(head => Pooling.Apply(head, PoolingKind.Average, kernel))];
    }

    /// <summary>Rows that are looked at.</summary>
    public int Window { get; }

    /// <summary>Attention outputs of the last rows, [Hq][w][d].</summary>
    public double[][][] Outputs { get; }

    /// <summary>[H][n].</summary>
    public double[][] Raw { get; }

    /// <summary>[H][n].</summary>
    public double[][] Scores { get; }

    /// <summary>Rows kept per head, ascending: the window and the best of the others.</summary>
    public int[][] Select(int kept) => [.. Scores.Select(head => Ranking.Top(
        [.. head.Select((x, j) => j >= head.Length - Window ? double.PositiveInfinity : x)], kept).Order().ToArray())];
}
