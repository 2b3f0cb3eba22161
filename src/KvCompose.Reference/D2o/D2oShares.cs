namespace KvCompose.Reference.D2o;

/// <summary>D2O's layer shares: layers whose attention is spread evenly over the heads' variances get more.</summary>
/// <remarks>
/// Per head the variance (n − 1) over the keys of the column sums of the prompt's attention; (x − min)/(max − min + 1e-6) over the
/// heads, mean: v_l. Shares softmax(−v)·L·ρ, between 0.01 and 1. Source: Wan et al., "D2O: Dynamic Discriminative Operations for
/// Efficient Long-Context Inference of Large Language Models", arXiv 2406.13035.
/// </remarks>
public static class D2oShares
{
    private const double Floor = 1e-6, Least = 0.01;

    /// <summary>v of a layer from its column sums [H][n].</summary>
    public static double Spread(double[][] columnSums)
    {
        double[] variances = [.. columnSums.Select(head => Math.Pow(Numbers.Deviation(head), 2))];
        double low = variances.Min(), high = variances.Max();
        return variances.Average(x => (x - low) / (high - low + Floor));
    }

    /// <summary>Shares of the layers, [L].</summary>
    /// <param name="spreads">v, [L].</param>
    /// <param name="share">ρ, heavy and recent share together.</param>
    public static double[] Shares(double[] spreads, double share)
        => [.. Numbers.Softmax([.. spreads.Select(v => -v)]).Select(x => Math.Clamp(x * spreads.Length * share, Least, 1))];

    /// <summary>Heavy and recent rows of a layer, fixed at the first decode step.</summary>
    /// <param name="prompt">n.</param>
    /// <param name="layerShare">The layer's share.</param>
    /// <param name="heavy">Configured heavy share.</param>
    /// <param name="recent">Configured recent share.</param>
    public static (int Heavy, int Recent) Rows(int prompt, double layerShare, double heavy, double recent)
        => ((int)((prompt + 1) * (layerShare * heavy / (heavy + recent))), (int)((prompt + 1) * (layerShare * recent / (heavy + recent))));
}
