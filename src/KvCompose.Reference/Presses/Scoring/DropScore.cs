namespace KvCompose.Reference.Presses.Scoring;

/// <summary>DropKV: how much the outputs of the last rows would change without a key.</summary>
/// <param name="Window">w, rows that are looked at; they stay.</param>
/// <param name="Kernel">Odd width of the average pooling.</param>
/// <param name="Epsilon">Floor of 1 − p.</param>
/// <remarks>
/// Σ_i (p_ij / max(1 − p_ij, ε))²·‖v_j − o_i‖², columns of the window dropped, mean over the group, pooled; the window at the maximum
/// plus one. Source: OpenReview MqfNzH3TVH.
/// </remarks>
public sealed record DropScore(int Window, int Kernel, double Epsilon = 1e-6) : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        if (layer.Rows <= Window)
        {
            throw new ArgumentException($"{layer.Rows} rows are not more than the window of {Window}", nameof(layer));
        }

        double[][] changes = layer.GroupMeans([.. layer.LastQueries(Window).Select((queries, head) => Changes(layer, queries, head))]);
        return Protection.AroundWithMaximumPlusOne(
            [.. changes.Select(head => Pooling.Apply(head, PoolingKind.Average, Kernel))], 0, Window);
    }

    private double[] Changes(PressLayer layer, double[][] queries, int head)
    {
        double[][] attention = layer.LastAttention(queries, head), values = layer.Values[head / layer.Heads.Group];
        double[][] outputs = [.. attention.Select(row => Numbers.Weighted(row, values))];
        return [.. Enumerable.Range(0, layer.Rows - Window).Select(j => attention.Select((row, i) =>
        {
            double odds = row[j] / Math.Max(1 - row[j], Epsilon);
            double[] distance = [.. values[j].Zip(outputs[i], (v, o) => v - o)];
            return odds * odds * Numbers.Dot(distance, distance);
        }).Sum())];
    }
}
