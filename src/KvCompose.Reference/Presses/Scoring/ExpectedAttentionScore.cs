namespace KvCompose.Reference.Presses.Scoring;

/// <summary>
/// Expected attention: what queries of the next positions, Gaussian with the moments of the prompt's, would give each key.
/// </summary>
/// <param name="FuturePositions">F, positions ahead that are averaged.</param>
/// <param name="Sinks">s, first rows that stay and do not count in the moments.</param>
/// <param name="Covariance">Whether the second moment counts.</param>
/// <param name="ValueNorm">Whether the probability is multiplied by ‖v_j‖₂.</param>
/// <param name="Epsilon">ε, added to the probability before that.</param>
/// <remarks>
/// Per query head over the rows s … of the pass, before rotation: μ = mean q, Σ = mean (q − μ)(q − μ)ᵀ; R̄ = mean rotation of the
/// positions m … m + F − 1; μ ← R̄μ, Σ ← R̄ΣR̄ᵀ. z_j = k_j·μ/√d + k_jᵀΣk_j/(2d), softmax over j ≥ s, mean over the group, (p +
/// ε)·‖v_j‖₂. Source: Devoto et al., "Expected Attention: KV Cache Compression by Estimating Attention from Future Queries
/// Distribution", arXiv 2510.00636.
/// </remarks>
public sealed record ExpectedAttentionScore(
    int FuturePositions = 512, int Sinks = 4, bool Covariance = true, bool ValueNorm = true, double Epsilon = 0) : IPressScorer
{
    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        if (layer.Rows <= Sinks || layer.PassRows <= Sinks)
        {
            throw new ArgumentException($"{Math.Min(layer.Rows, layer.PassRows)} rows are not more than {Sinks} sinks", nameof(layer));
        }

        (double[] Cos, double[] Sin) rotation = layer.Rotary.Mean(layer.FirstPosition, FuturePositions);
        double[][] expected = layer.GroupMeans([.. layer.PlainQueries.Select((queries, head)
            => Probabilities(queries[Sinks..], layer.Keys[head / layer.Heads.Group][Sinks..], rotation))]);
        if (ValueNorm)
        {
            expected = [.. expected
                .Select((head, h) => head.Select((p, j) => (p + Epsilon) * Numbers.Norm(layer.Values[h][j + Sinks])).ToArray())];
        }

        return Protection.AroundWithMaximumPlusOne(expected, Sinks, 0);
    }

    private double[] Probabilities(double[][] queries, double[][] keys, (double[] Cos, double[] Sin) rotation)
    {
        double[] mean = Numbers.Mean(queries);
        double[] future = Rotary.Apply(rotation, mean);
        double[][] centred = [.. queries.Select(query => query.Select((x, i) => x - mean[i]).ToArray())];
        // k'ᵀR̄ΣR̄ᵀk' = the mean square of the rotated centred queries times k'.
        double[][] deviations = Covariance ? [.. centred.Select(row => Rotary.Apply(rotation, row))] : [];
        int d = mean.Length;
        return Numbers.Softmax(
        [
            .. keys.Select(key => Numbers.Dot(key, future) / Math.Sqrt(d)
                + (Covariance ? deviations.Average(row => Math.Pow(Numbers.Dot(row, key), 2)) / (2 * d) : 0)),
        ]);
    }
}
