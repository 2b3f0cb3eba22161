namespace KvCompose.Reference.Presses.Scoring;

/// <summary>Leverage of a key among the keys of its head, from a random sketch.</summary>
/// <remarks>
/// X = (k − mean)Φ of the keys before rotation, Φ [d, k] normal with variance 1/k; G = XᵀX + 0.01·I; ℓ_j = x_jᵀG⁻¹x_j; (ℓ −
/// mean)/deviation over all heads. Source: Chari and Van Durme, "Compactor: Calibrated Query-Agnostic KV Cache Compression with
/// Approximate Leverage Scores", arXiv 2507.08143.
/// </remarks>
public sealed class LeverageScore : IPressScorer
{
    private const double Ridge = 0.01;

    /// <inheritdoc/>
    public double[][] Score(PressLayer layer, double removed)
    {
        double[][][] sketch = layer.Sketch ?? throw new ArgumentException("leverage scores need a sketch", nameof(layer));
        return Protection.Standardised([.. layer.PlainKeys.Zip(sketch, Leverage)]);
    }

    private static double[] Leverage(double[][] keys, double[][] sketch)
    {
        double[] mean = Numbers.Mean(keys);
        int k = sketch[0].Length;
        double[][] rows = [.. keys
            .Select(key => Enumerable.Range(0, k).Select(c => key.Select((x, i) => (x - mean[i]) * sketch[i][c]).Sum()).ToArray())];
        double[][] gram = [.. Enumerable.Range(0, k).Select(i
            => Enumerable.Range(0, k).Select(c => rows.Sum(row => row[i] * row[c]) + (i == c ? Ridge : 0)).ToArray())];
        var factor = new Cholesky(gram);
        return [.. rows.Select(row => Math.Max(factor.InverseForm(row), 0))];
    }
}
