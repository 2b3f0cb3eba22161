namespace KvCompose.Reference;

/// <summary>DuoAttention: retrieval heads keep everything, streaming heads what <see cref="StreamingLlm"/> keeps.</summary>
/// <remarks>
/// Gates α from 0 to 1, one a key-value head, are trained offline. A head is a retrieval head iff α ≥ the quantile of the model's gates at the
/// sparsity; the published code adds noise so that equal gates do not all pass, here the earlier of equal heads does.
/// Source: Xiao et al., "DuoAttention: Efficient Long-Context LLM Inference with Retrieval and Streaming Heads", ICLR 2025, arXiv 2410.10819.
/// </remarks>
public static class DuoAttention
{
    /// <summary>Which heads keep everything.</summary>
    /// <param name="gates">[L · Hkv], α of each key-value head.</param>
    /// <param name="sparsity">Share of the heads that stream; at 0 or less none does, at 1 or more all do.</param>
    /// <returns>[L · Hkv].</returns>
    /// <exception cref="ArgumentException">There are no gates, or one is not a number.</exception>
    public static bool[] RetrievalHeads(ReadOnlySpan<double> gates, double sparsity)
    {
        double[] all = gates.ToArray();
        if (all.Length == 0 || all.Any(double.IsNaN))
        {
            throw new ArgumentException("every key-value head has a gate, which is a number", nameof(gates));
        }

        // With linear interpolation the quantile of N different gates lies at rank s·(N − 1): as many are not below it.
        int retrieval = sparsity <= 0 ? all.Length : sparsity >= 1 ? 0 : all.Length - (int)Math.Ceiling(sparsity * (all.Length - 1));
        var retrieves = new bool[all.Length];
        foreach (int head in Enumerable.Range(0, all.Length).OrderByDescending(head => all[head]).Take(retrieval))
        {
            retrieves[head] = true;
        }

        return retrieves;
    }
}
