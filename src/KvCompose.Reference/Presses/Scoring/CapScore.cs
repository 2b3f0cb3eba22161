namespace KvCompose.Reference.Presses.Scoring;

/// <summary>CapKV: leverage of a value among the values that the expected next query would weigh.</summary>
/// <param name="Temperature">τ.</param>
/// <param name="FuturePositions">F.</param>
/// <param name="Sinks">s, first rows, which stay and count in nothing.</param>
/// <param name="Epsilon">ε.</param>
/// <remarks>
/// anchor = R̄·mean(q, rows ≥ s)/‖·‖; c_j = clamp(anchor·k_j/‖k_j‖, ±1); w_j = exp(τc_j − max); A = I + Σ(w_j + ε)v_jv_jᵀ; score
/// w_j·v_jᵀA⁻¹v_j, mean over the group.
/// </remarks>
public sealed record CapScore(double Temperature = 5, int FuturePositions = 512, int Sinks = 4, double Epsilon = 1e-6) : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        if (layer.Rows <= Sinks)
        {
            throw new ArgumentException($"{layer.Rows} rows are not more than {Sinks} sinks", nameof(layer));
        }

        (double[] Cos, double[] Sin) rotation = layer.Rotary.Mean(layer.PassRows, FuturePositions);
        double[][] scores = layer.GroupMeans([.. layer.PlainQueries.Select((queries, head) => Leverage(
            Rotary.Apply(rotation, Numbers.Mean(queries[Sinks..])),
            layer.Keys[head / layer.Heads.Group][Sinks..],
            layer.Values[head / layer.Heads.Group][Sinks..]))]);
        return Protection.AroundWithMaximumPlusOne(scores, Sinks, 0);
    }

    private double[] Leverage(double[] anchor, double[][] keys, double[][] values)
    {
        double[] cosines = [.. keys.Select(key => Math.Clamp(Numbers.Cosine(anchor, key, 1e-12), -1, 1))];
        double top = cosines.Max();
        double[] weights = [.. cosines.Select(c => Math.Exp(Temperature * (c - top)))];
        int d = values[0].Length;
        var matrix = new double[d][];
        for (int i = 0; i < d; i++)
        {
            matrix[i] = new double[d];
            for (int k = 0; k < d; k++)
            {
                matrix[i][k] = (i == k ? 1 : 0) + values.Select((v, j) => (weights[j] + Epsilon) * v[i] * v[k]).Sum();
            }
        }

        var factor = new Cholesky(matrix);
        return [.. values.Select((value, j) => weights[j] * factor.InverseForm(value))];
    }
}
