namespace KvCompose.Reference.Less;

/// <summary>The two small networks of one key-value head of LESS, without biases.</summary>
/// <param name="A1">[G][d][hidden], of each query head.</param>
/// <param name="A2">[G][hidden][R].</param>
/// <param name="B1">[d][hidden].</param>
/// <param name="B2">[hidden][R].</param>
/// <param name="M">[R][R].</param>
/// <param name="S1">[R].</param>
/// <param name="S2">[R].</param>
/// <remarks>
/// Source: Dong et al., "Get More with LESS: Synthesizing Recurrence with KV Cache Compression for Efficient LLM Inference", arXiv
/// 2402.09398.
/// </remarks>
public sealed record LessWeights(double[][][] A1, double[][][] A2, double[][] B1, double[][] B2, double[][] M, double[] S1, double[] S2)
{
    /// <summary>φ(q) = |gelu(gelu(q·A₁)·A₂)|, [R].</summary>
    /// <param name="member">Query head inside the group.</param>
    /// <param name="query">[d], rotated.</param>
    public double[] Phi(int member, double[] query) => [.. Layer(Layer(query, A1[member]), A2[member]).Select(Math.Abs)];

    /// <summary>ψ(k) = |u + (u·M) ⊙ s₂|, u = |s₁| ⊙ gelu(gelu(k·B₁)·B₂), [R].</summary>
    /// <param name="key">[d], rotated.</param>
    public double[] Psi(double[] key)
    {
        double[] u = [.. Layer(Layer(key, B1), B2).Select((x, r) => Math.Abs(S1[r]) * x)];
        return [.. Product(u, M).Select((x, r) => Math.Abs(u[r] + x * S2[r]))];
    }

    private static double[] Layer(double[] input, double[][] weight) => [.. Product(input, weight).Select(ErrorFunction.Gelu)];

    private static double[] Product(double[] input, double[][] weight) => Numbers.Weighted(input, weight);
}
