namespace KvCompose.Reference.Less;

/// <summary>The low-rank memory of what one key-value head evicted.</summary>
/// <param name="weights">The head's networks.</param>
/// <param name="headDim">d.</param>
public sealed class LessState(LessWeights weights, int headDim)
{
    private const double Floor = 1e-6;

    /// <summary>H, [R][d].</summary>
    public double[][] Memory { get; } = [.. weights.M.Select(_ => new double[headDim])];

    /// <summary>z, [R].</summary>
    public double[] Norm { get; } = new double[weights.M.Length];

    /// <summary>H += ψ(k)ᵀv, z += ψ(k).</summary>
    public void Evict(double[] key, double[] value)
    {
        double[] psi = weights.Psi(key);
        for (int r = 0; r < psi.Length; r++)
        {
            Norm[r] += psi[r];
            for (int i = 0; i < value.Length; i++)
            {
                Memory[r][i] += psi[r] * value[i];
            }
        }
    }

    /// <summary>Attention over the kept keys and the memory.</summary>
    /// <remarks>
    /// L = ln Σ exp(q·k/√d), ν = φ·z, Z = ln(exp(ln max(ν, 1e-6)) + exp(L)); o = Σ_r exp(ln max(φ_r, 1e-6) − Z)·H_r + exp(L −
    /// Z)·attention.
    /// </remarks>
    /// <param name="member">Query head inside the group.</param>
    /// <param name="query">[d].</param>
    /// <param name="keys">[kept][d].</param>
    /// <param name="values">[kept][d].</param>
    public LessAttention Attend(int member, double[] query, IReadOnlyList<double[]> keys, IReadOnlyList<double[]> values)
    {
        double[] phi = weights.Phi(member, query);
        double low = Numbers.Dot(phi, Norm);
        double[] logits = [.. keys.Select(key => Numbers.Dot(query, key) / Math.Sqrt(query.Length))];
        double kept = Numbers.LogSumExp(logits), total = Numbers.LogSumExp([Math.Log(Math.Max(low, Floor)), kept]);
        double[] attention = Numbers.Softmax(logits), exact = Numbers.Weighted(attention, values);
        double[] memory = Numbers.Weighted([.. phi.Select(x => Math.Exp(Math.Log(Math.Max(x, Floor)) - total))], Memory);
        return new LessAttention(phi, low, kept, total, attention, [.. memory.Zip(exact, (m, e) => m + Math.Exp(kept - total) * e)]);
    }
}

/// <summary>One row of attention with a memory.</summary>
/// <param name="Phi">φ, [R].</param>
/// <param name="LowNorm">ν.</param>
/// <param name="KeptLogSumExp">L.</param>
/// <param name="LogTotal">Z.</param>
/// <param name="Probabilities">[kept], softmax over the kept keys alone.</param>
/// <param name="Output">o, [d].</param>
public sealed record LessAttention(
    double[] Phi, double LowNorm, double KeptLogSumExp, double LogTotal, double[] Probabilities, double[] Output);
