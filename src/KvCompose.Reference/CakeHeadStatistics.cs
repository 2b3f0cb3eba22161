namespace KvCompose.Reference;

/// <summary>
/// What CAKE asks of the window attention A [w, n] of one query head. Only the n − w prefix columns count; their rows are not
/// renormalised, so they sum to at most 1.
/// </summary>
/// <param name="Entropy">H = −Σ a·ln(a + 1e−10) over rows and prefix columns, at least 0.</param>
/// <param name="Mean">Mean of each prefix column over the w rows, [n − w].</param>
/// <param name="Variance">Unbiased variance of each prefix column over the w rows, [n − w].</param>
public sealed record CakeHeadStatistics(double Entropy, double[] Mean, double[] Variance)
{
    private const double LogarithmGuard = 1e-10;

    /// <summary>Statistics of one query head.</summary>
    /// <param name="probabilities">[window, tokens], from <see cref="WindowAttention"/>; at least two rows.</param>
    public static CakeHeadStatistics Of(double[,] probabilities)
    {
        int window = probabilities.GetLength(0), prefix = probabilities.GetLength(1) - window;
        var mean = new double[prefix];
        var variance = new double[prefix];
        double entropy = 0;
        for (int key = 0; key < prefix; key++)
        {
            for (int row = 0; row < window; row++)
            {
                double a = Stored(probabilities[row, key]);
                entropy -= a * Math.Log(a + LogarithmGuard);
                mean[key] += a;
            }

            mean[key] /= window;
            for (int row = 0; row < window; row++)
            {
                double shift = Stored(probabilities[row, key]) - mean[key];
                variance[key] += shift * shift / (window - 1);
            }
        }

        // ln(1 + 1e−10) is positive: a one-hot row would count as less than no entropy, and a root of that is not a number.
        return new CakeHeadStatistics(Math.Max(0, entropy), mean, variance);
    }

    // A is a float32 matrix by definition: what underflows there is exactly 0, which roots of H and V would otherwise magnify.
    private static double Stored(double probability) => (float)probability;
}
